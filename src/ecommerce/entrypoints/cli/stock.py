"""`ecommerce stock`: what there is of a SKU, and corrections of it."""

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.inventory.adjust_stock import AdjustStock, AdjustStockHandler
from ecommerce.application.inventory.ports import SkuStock, StockCounts
from ecommerce.entrypoints.cli.use_case import in_scope, operator


@click.group()
def stock() -> None:
    """Show and adjust stock."""


@stock.command()
@click.argument("sku")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(sku: str, as_json: bool) -> None:
    """Tell what there is of SKU, in all and by warehouse."""

    async def use(scope: AsyncContainer) -> SkuStock:
        counts: StockCounts = await scope.get(StockCounts)
        return await counts.show(sku)

    _tell(in_scope(use), as_json)


@stock.command()
@click.argument("sku")
@click.option("--to", type=click.IntRange(min=0), help="What can be sold afterwards.")
@click.option("--by", type=int, help="How much comes (or goes: negative).")
@click.option("--warehouse", metavar="CODE", help="Only there. [default: --to all together, --by the first]")
@click.option("--reason", required=True, help="Why, for the movement and the audit log.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def adjust(
    sku: str, to: int | None, by: int | None, warehouse: str | None, reason: str, as_json: bool
) -> None:
    """Correct the stock of SKU."""
    if (to is None) == (by is None):
        raise click.UsageError("say either --to or --by")

    async def use(scope: AsyncContainer) -> SkuStock:
        handler = await scope.get(AdjustStockHandler)
        command = AdjustStock(sku=sku, to=to, by=by, warehouse=warehouse, reason=reason)
        return await handler(command, operator())

    _tell(in_scope(use), as_json)


def _tell(found: SkuStock, as_json: bool) -> None:
    rows = [(at.code, at.on_hand, at.reserved, at.available) for at in found.warehouses]
    in_all = tuple(sum(column) for column in list(zip(*rows, strict=True))[1:])
    names = ("on_hand", "reserved", "available")
    if as_json:
        warehouses = [dict(zip(("code", *names), row, strict=True)) for row in rows]
        answer = {"sku": found.sku, **dict(zip(names, in_all, strict=True)), "warehouses": warehouses}
        click.echo(msgspec.json.encode(answer).decode())
        return
    click.echo(f"{'':10}{'on hand':>10}{'reserved':>10}{'available':>10}")
    for code, *numbers in [*rows, ("in all", *in_all)]:
        click.echo(f"{code:10}" + "".join(f"{number:>10}" for number in numbers))
