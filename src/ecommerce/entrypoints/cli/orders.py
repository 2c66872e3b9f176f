"""`ecommerce orders`: list, show and cancel orders."""

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.orders.cancel_order import CancelOrderHandler
from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.orders.list_orders import ListOrdersHandler
from ecommerce.application.orders.ports import OrderRow
from ecommerce.application.orders.show_order import ShowOrderHandler
from ecommerce.application.shared.amount import Amount
from ecommerce.entrypoints.cli.use_case import in_scope, operator

STATUSES = ("pending", "confirmed", "completed", "cancelled", "expired")


@click.group()
def orders() -> None:
    """List, show and cancel orders."""


@orders.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(status: str | None, limit: int, as_json: bool) -> None:
    """List the newest orders."""

    async def use(scope: AsyncContainer) -> list[OrderRow]:
        return await (await scope.get(ListOrdersHandler))(operator(), status, limit)

    found = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for row in found:
        at = row.created_at.strftime("%Y-%m-%d %H:%M")
        click.echo(f"{row.number}  {at}  {row.status:10} {row.payment_status:19} {_money(row.total):>16}")


@orders.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(number: str, as_json: bool) -> None:
    """Show the order NUMBER."""

    async def use(scope: AsyncContainer) -> OrderView:
        return await (await scope.get(ShowOrderHandler))(number, operator(), None)

    _tell(in_scope(use), as_json)


@orders.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def cancel(number: str, yes: bool, as_json: bool) -> None:
    """Cancel the order NUMBER: stock and money go back."""
    if not yes:
        click.confirm(f"Cancel {number}?", abort=True)

    async def use(scope: AsyncContainer) -> OrderView:
        return await (await scope.get(CancelOrderHandler))(number, operator())

    _tell(in_scope(use), as_json)


def _tell(order: OrderView, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(order).decode())
        return
    click.echo(f"{order.number}  {order.status} / {order.payment_status} / {order.fulfilment_status}")
    for item in order.items:
        click.echo(f"  {item.quantity:>4} x {item.sku:20} {item.name[:40]:40} {_money(item.line_total):>16}")
    totals = order.totals
    for label in ("discount", "shipping", "tax", "total", "refunded"):
        click.echo(f"  {label:>70} {_money(getattr(totals, label)):>16}")
    for entry in order.history:
        note = f"  {entry.note}" if entry.note else ""
        click.echo(f"  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.axis:10} {entry.status}{note}")


def _money(amount: Amount) -> str:
    return str(amount.to_money())
