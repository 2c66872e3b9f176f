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
        return await (await scope.get(StockCounts)).show(sku)

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
    rows = [
        {"code": at.code, "on_hand": at.on_hand, "reserved": at.reserved, "available": at.available}
        for at in found.warehouses
    ]
    in_all = {key: sum(int(row[key]) for row in rows) for key in ("on_hand", "reserved", "available")}
    if as_json:
        click.echo(msgspec.json.encode({"sku": found.sku, **in_all, "warehouses": rows}).decode())
        return
    click.echo(f"{'':10}{'on hand':>10}{'reserved':>10}{'available':>10}")
    for row in [*rows, {"code": "in all", **in_all}]:
        click.echo(f"{row['code']:10}{row['on_hand']:>10}{row['reserved']:>10}{row['available']:>10}")
