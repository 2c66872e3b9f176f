"""`ecommerce outbox`: look after events on their way out."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.shared.outgoing import OutboxCare, OutboxStanding, ParkedEvent
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.entrypoints.cli.use_case import in_scope

T = TypeVar("T")


@click.group()
def outbox() -> None:
    """Look after events on their way out."""


@outbox.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Tell what waits, since when, and what was parked because nobody could handle it."""
    standing, parked = _with_care(_look)
    if as_json:
        answer = {**msgspec.to_builtins(standing), "parked_events": msgspec.to_builtins(parked)}
        click.echo(msgspec.json.format(msgspec.json.encode(answer)).decode())
        return
    oldest = standing.oldest_waiting_seconds
    click.echo(f"waiting   {standing.waiting} ({standing.due} due, {standing.failing} failing)")
    click.echo(f"running   {standing.running}")
    click.echo(f"parked    {standing.parked}")
    click.echo(f"done      {standing.done_last_day} in the last day")
    click.echo(f"oldest    {'-' if oldest is None else f'{oldest:.0f} s'}")
    for event in parked:
        click.echo(f"  {event.id}  {event.kind}  {event.attempts} attempts  {event.last_error}")


@outbox.command()
@click.argument("event_ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All parked events.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def replay(event_ids: tuple[int, ...], everything: bool, as_json: bool) -> None:
    """Deliver parked events again: EVENT_IDS, or all. Who handled one already is not told again."""
    if everything == bool(event_ids):
        raise click.UsageError("name the events, or say --all")
    replayed = _with_care(lambda care: care.replay(None if everything else event_ids))
    unknown = sorted(set(event_ids) - set(replayed))
    if as_json:
        click.echo(msgspec.json.encode({"replayed": list(replayed), "not_parked": unknown}).decode())
    else:
        click.echo(f"replayed {len(replayed)}")
    if unknown:
        raise NotFound(f"not parked: {', '.join(map(str, unknown))}")


async def _look(care: OutboxCare) -> tuple[OutboxStanding, list[ParkedEvent]]:
    return await care.standing(), list(await care.parked())


def _with_care(ask: Callable[[OutboxCare], Awaitable[T]]) -> T:
    async def use(scope: AsyncContainer) -> T:
        care: OutboxCare = await scope.get(OutboxCare)
        return await ask(care)

    return in_scope(use)
