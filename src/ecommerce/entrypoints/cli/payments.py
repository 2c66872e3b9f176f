"""`ecommerce payments`: what the worker does about payments at set times, by hand."""

import sys
from datetime import timedelta

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.payments.care import (
    ReconcilePaymentsHandler,
    Report,
    RetryRefundsHandler,
    RetryStartsHandler,
)
from ecommerce.entrypoints.cli.use_case import in_scope

TRY_AGAIN = 75
AT_ONCE = timedelta(0)
ALL = 1_000_000


@click.group()
def payments() -> None:
    """Reconcile payments with the provider."""


@payments.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def reconcile(as_json: bool) -> None:
    """Ask the provider about all that is open here: starts, refunds, payments that are not decided.

    Exits with 75 when some could not be asked for.
    """
    reports = in_scope(_reconcile)
    if as_json:
        click.echo(msgspec.json.encode(reports).decode())
    else:
        for name, report in reports.items():
            click.echo(f"{name:<10} looked at {report.looked_at}, moved {report.moved}")
            for one, why in report.failed.items():
                click.echo(f"  {one}  {why}")
    if any(report.failed for report in reports.values()):
        sys.exit(TRY_AGAIN)


async def _reconcile(scope: AsyncContainer) -> dict[str, Report]:
    starts = await scope.get(RetryStartsHandler)
    refunds = await scope.get(RetryRefundsHandler)
    undecided = await scope.get(ReconcilePaymentsHandler)
    return {
        "starts": await starts(AT_ONCE, ALL),
        "refunds": await refunds(AT_ONCE, ALL),
        "payments": await undecided(AT_ONCE, ALL),
    }
