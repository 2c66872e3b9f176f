"""`ecommerce seed`: fills the shop with demo data."""

import asyncio
import sys
import time

import rich_click as click
from rich.progress import Progress, TaskID

from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.seeding import Demo, run_seed


@click.command()
@click.option("--products", type=click.IntRange(0, 10_000_000), default=1000, show_default=True)
@click.option("--orders", type=click.IntRange(0, 10_000_000), default=0, show_default=True, help="Past ones.")
@click.option("--customers", type=click.IntRange(0, 1_000_000), default=0, show_default=True)
@click.option("--seed", "number", type=int, default=42, show_default=True, help="The same makes the same.")
@click.option("--reset", is_flag=True, help="Empty the shop first. Never in production.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are products.")
def seed(products: int, orders: int, customers: int, number: int, reset: bool, if_empty: bool) -> None:
    """Fill the shop with demo data: products, stock, customers, past orders. The same for the same seed."""
    demo = Demo(
        products=products, orders=orders, customers=customers, seed=number, reset=reset, if_empty=if_empty
    )
    begun = time.monotonic()
    with Progress(disable=not sys.stdout.isatty()) as bars:
        done = asyncio.run(run_seed(kept.environment(), demo, _Steps(bars)))
    if done:
        click.echo(f"the shop holds {products} products ({time.monotonic() - begun:.1f} s)")
    else:
        click.echo("the shop is not empty: nothing was done")


class _Steps:
    """A bar each on a terminal, elsewhere a line at the end of each."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, of: int) -> None:
        if self._bars.disable:
            if done == of:
                click.echo(f"{what}: {of}")
            return
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=of)
        self._bars.update(self._tasks[what], completed=done)
