"""`ecommerce audit`: whether the audit log is what was once written."""

import sys
from pathlib import Path

import msgspec
import rich_click as click
from dishka import AsyncContainer
from rich.progress import Progress

from ecommerce.application.audit.ports import AuditChain, Head
from ecommerce.application.audit.verify_chain import Break, Verification, VerifyChain, parse_head
from ecommerce.domain.shared.kernel import Conflict
from ecommerce.entrypoints.cli.use_case import in_scope

_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group()
def audit() -> None:
    """Verify the audit log, and tell its head."""


@audit.command()
@_JSON
def head(as_json: bool) -> None:
    """Print the head of the chain: keep it elsewhere, and give it to `verify` later."""

    async def use(scope: AsyncContainer) -> Head:
        chain: AuditChain = await scope.get(AuditChain)
        return await chain.head()

    found = in_scope(use)
    click.echo(msgspec.json.encode(found).decode() if as_json else str(found))


@audit.command()
@click.option("--head", "heads", multiple=True, metavar="HEAD", help="One that was kept. May be repeated.")
@click.option(
    "--heads-from",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with one on each line.",
)
@_JSON
def verify(heads: tuple[str, ...], heads_from: Path | None, as_json: bool) -> None:
    """Compute every hash again; name the first entry that was changed, taken out or put in.

    With a head that was kept elsewhere it is noticed, too, when the end was cut off.
    """
    lines = heads_from.read_text().splitlines() if heads_from is not None else []
    published = [parse_head(each) for each in (*heads, *lines) if each.strip()]

    with Progress(disable=as_json or not sys.stdout.isatty()) as bars:
        task = bars.add_task("entries")

        async def use(scope: AsyncContainer) -> Verification:
            check = await scope.get(VerifyChain)
            return await check(published, lambda done, of: bars.update(task, completed=done, total=of))

        found = in_scope(use)
    broken = found.broken
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    elif broken is None:
        click.echo(f"{found.entries} entries are as they were written; head {found.head}")
    if broken is not None:
        raise Conflict(f"{_where(broken)}: {broken.reason}; the {found.entries} before it are good")


def _where(broken: Break) -> str:
    link = [] if broken.seq is None else [f"link {broken.seq}"]
    entry = [] if broken.entry_id is None else [f"entry {broken.entry_id}"]
    return ", ".join(link + entry)
