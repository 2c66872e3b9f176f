"""`ecommerce refund`: give money of an order back."""

from uuid import UUID

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.orders.contracts import RefundView
from ecommerce.application.payments.ports import PaymentQueries
from ecommerce.application.payments.records import Refundable
from ecommerce.application.payments.refund_order import RefundOrder, RefundOrderHandler
from ecommerce.application.payments.refund_plan import RefundWish
from ecommerce.domain.payments.refund import REASONS
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.domain.shared.money import Money
from ecommerce.entrypoints.cli.use_case import in_scope, operator

WHERE = {"stripe": "Stripe", "manual": "outside, by hand"}
OUTCOMES = {
    "succeeded": "{where}: the money goes back",
    "pending": "{where}: not finished yet; a job goes on with it",
}


class Units(click.ParamType[tuple[str, int]]):
    """SKU:QTY"""

    name = "SKU:QTY"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        sku, _, quantity = value.rpartition(":")
        if not sku or not quantity.isascii() or not quantity.isdigit() or int(quantity) < 1:
            self.fail(f"{value!r} is not like MUG-1:2", param, ctx)
        return sku, int(quantity)


@click.command()
@click.argument("order")
@click.option("--amount", metavar="12.50", help="That much, in the order's currency.")
@click.option("--item", "items", type=Units(), multiple=True, help="Units of a SKU; may be repeated.")
@click.option("--reason", type=click.Choice(REASONS), required=True)
@click.option("--note", help="For the books.")
@click.option("--restock", is_flag=True, help="Put what comes back on sale again.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def refund(
    order: str,
    amount: str | None,
    items: tuple[tuple[str, int], ...],
    reason: str,
    note: str | None,
    restock: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Refund ORDER: an amount, units by SKU, or, without either, all that is left."""
    if amount is not None and items:
        raise click.UsageError("say either --amount or --item")
    found = in_scope(lambda scope: _look(scope, order))
    wish = RefundWish(
        money=None if amount is None else Money.from_decimal(amount, found.currency),
        items=_by_line(found, items) if items else None,
        restock=restock,
    )
    if not yes:
        click.confirm(_question(found, wish, items), abort=True)
    command = RefundOrder(number=order, wish=wish, reason=reason, note=note, actor=operator())
    _tell(in_scope(lambda scope: _refund(scope, command)), found, as_json)


async def _look(scope: AsyncContainer, number: str) -> Refundable:
    queries: PaymentQueries = await scope.get(PaymentQueries)
    return await queries.refundable(number)


async def _refund(scope: AsyncContainer, command: RefundOrder) -> RefundView:
    handler = await scope.get(RefundOrderHandler)
    return await handler(command)


def _by_line(found: Refundable, items: tuple[tuple[str, int], ...]) -> dict[UUID, int]:
    """Spread the units over the lines of their SKU. More than there are stay on the last: it is refused."""
    wanted: dict[UUID, int] = {}
    for sku, quantity in items:
        lines = [line for line in found.lines if line.sku == sku]
        if not lines:
            raise NotFound(f"the order has no {sku}")
        rest = quantity
        for line in lines:
            is_last = line is lines[-1]
            left = line.quantity - line.returned - wanted.get(line.id, 0)
            take = rest if is_last else max(0, min(rest, left))
            if take:
                wanted[line.id] = wanted.get(line.id, 0) + take
            rest -= take
    return wanted


def _question(found: Refundable, wish: RefundWish, items: tuple[tuple[str, int], ...]) -> str:
    available = Money(found.available, found.currency)
    if items:
        what = ", ".join(f"{quantity} x {sku}" for sku, quantity in items)
    else:
        what = str(wish.money or available)
    again = ", and put it on sale again" if wish.restock else ""
    return f"Refund {what} of {found.order_number} ({available} can be given back){again}?"


def _tell(done: RefundView, found: Refundable, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    where = WHERE.get(found.provider, found.provider)
    click.echo(f"{done.amount.to_money()} of {found.order_number}: refund {done.id} {done.status}")
    click.echo(OUTCOMES[done.status].format(where=where))
