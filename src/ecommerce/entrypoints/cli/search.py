"""`ecommerce search`: makes what the catalogue is read from anew, or checks it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import rich_click as click
from rich.progress import Progress

from ecommerce.application.catalog.products import CatalogueIndex
from ecommerce.entrypoints.bootstrap.catalogue_index import patient_index
from ecommerce.entrypoints.bootstrap.local_shop import kept

T = TypeVar("T")


@click.group()
def search() -> None:
    """Rebuild and verify what lists, details and search are read from."""


@search.command()
def rebuild() -> None:
    """Make it all anew, while the shop is open."""
    with Progress(disable=not sys.stdout.isatty()) as bars:
        task = bars.add_task("products")

        async def use(index: CatalogueIndex) -> int:
            return await index.rebuild(lambda done, of: bars.update(task, completed=done, total=of))

        count = _run(use)
    click.echo(f"{count} products rebuilt")


@search.command()
def verify() -> None:
    """Compare what is shown with what should be. Exits with 1 where they differ."""

    async def use(index: CatalogueIndex) -> int:
        return await index.verify()

    wrong = _run(use)
    if wrong:
        click.echo(f"{wrong} products are shown wrongly: `ecommerce search rebuild` mends it", err=True)
        sys.exit(1)
    click.echo("all products are shown as they are")


def _run(use: Callable[[CatalogueIndex], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with patient_index(kept.environment()) as index:
            return await use(index)

    return asyncio.run(run())
