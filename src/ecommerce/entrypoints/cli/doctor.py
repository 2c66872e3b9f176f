"""`ecommerce doctor`: is everything there, and is everything true?"""

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.shared.care import Finding, Invariants, Verdict
from ecommerce.domain.shared.kernel import Conflict
from ecommerce.entrypoints.bootstrap.doctor import examine
from ecommerce.entrypoints.cli.use_case import in_scope


@click.command()
@click.option("--invariants", is_flag=True, help="Check what must always be true of the data instead.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(invariants: bool, as_json: bool) -> None:
    """Check settings, connections, migrations, keys and queues; or every invariant of the data."""
    if invariants:
        _check_invariants(as_json)
    else:
        _look_over(as_json)


def _look_over(as_json: bool) -> None:
    async def use(scope: AsyncContainer) -> list[Finding]:
        return [finding async for finding in examine(scope)]

    findings = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(findings).decode())
    else:
        for finding in findings:
            click.echo(f"{finding.status:5} {finding.check:14} {finding.detail}")
    if any(finding.status == "fail" for finding in findings):
        raise Conflict("the shop is not well")


def _check_invariants(as_json: bool) -> None:
    async def use(scope: AsyncContainer) -> list[Verdict]:
        invariants: Invariants = await scope.get(Invariants)
        return await invariants.check()

    verdicts = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(verdicts).decode())
    else:
        for verdict in verdicts:
            result = str(verdict.violations or "ok")
            click.echo(f"{result:>4}  {verdict.area}: {verdict.invariant}")
            for example in verdict.examples:
                click.echo(f"        {example}")
    broken = [verdict for verdict in verdicts if verdict.violations]
    if broken:
        raise Conflict(f"{len(broken)} of {len(verdicts)} invariants do not hold")
