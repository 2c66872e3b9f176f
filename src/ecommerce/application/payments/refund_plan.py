"""What a wish for a refund comes to in money and units."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.orders.contracts import PaidLine
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import RefundExceedsCaptured, ReturnedUnits, worth_of_units
from ecommerce.domain.shared.kernel import InvalidValue, NotFound
from ecommerce.domain.shared.money import Money, split


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """Either a sum, or units by order line, or neither: all that is left."""

    money: Money | None = None
    items: Mapping[UUID, int] | None = None
    restock: bool = False


@dataclass(frozen=True, slots=True)
class RefundPlan:
    amount: int
    lines: tuple[ReturnedUnits, ...]


def plan(
    wish: RefundWish, payment: Payment, lines: list[PaidLine], returned: Mapping[UUID, ReturnedUnits]
) -> RefundPlan:
    """Raises `InvalidValue`, `NotFound` for a line of another order, `RefundExceedsCaptured`."""
    if wish.items is not None:
        return _by_units(wish.items, lines, returned)
    if wish.money is not None and wish.money.currency != payment.money.currency:
        raise InvalidValue(f"the order was paid in {payment.money.currency}", "/amount/currency")
    amount = payment.refundable if wish.money is None else wish.money.amount
    if wish.money is not None and amount < 1:
        raise InvalidValue("a refund gives at least one minor unit", "/amount/amount")
    if amount < 1:
        raise RefundExceedsCaptured("there is nothing left to give back", available=0)
    if not wish.restock:
        return RefundPlan(amount, ())
    if amount < payment.refundable:
        raise InvalidValue("name the items that come back, or refund all that is left", "/restock")
    return RefundPlan(amount, _all_that_is_left(amount, lines, returned))


def _by_units(
    wanted: Mapping[UUID, int], lines: list[PaidLine], returned: Mapping[UUID, ReturnedUnits]
) -> RefundPlan:
    known = {line.id: line for line in lines}
    planned = []
    for line_id, quantity in wanted.items():
        if line_id not in known:
            raise NotFound("no such item in this order")
        line = known[line_id]
        amount = worth_of_units(line.paid, line.quantity, returned.get(line_id), quantity)
        planned.append(ReturnedUnits(line_id, quantity, amount))
    total = sum(each.amount for each in planned)
    if total < 1:
        raise InvalidValue("nothing was paid for these items", "/items")
    return RefundPlan(total, tuple(planned))


def _all_that_is_left(
    amount: int, lines: list[PaidLine], returned: Mapping[UUID, ReturnedUnits]
) -> tuple[ReturnedUnits, ...]:
    """Every unit that has not come back yet. Never more money than is refunded: some was given as a sum."""
    left = []
    for line in lines:
        before = returned.get(line.id)
        units = line.quantity - (before.quantity if before else 0)
        if units:
            left.append((line.id, units, worth_of_units(line.paid, line.quantity, before, units)))
    worth = [each[2] for each in left]
    shares = split(min(amount, sum(worth)), worth) if sum(worth) else worth
    return tuple(
        ReturnedUnits(line_id, units, part) for (line_id, units, _), part in zip(left, shares, strict=True)
    )
