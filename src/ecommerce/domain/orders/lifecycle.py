"""An order's lifecycle: the one table of what may follow what.

Payment and fulfilment are axes of their own, derived from their ledgers; they never mix with this one.
"""

from enum import StrEnum

from ecommerce.domain.shared.kernel import IllegalTransition


class OrderStatus(StrEnum):
    PENDING = "pending"  # placed, not yet covered
    CONFIRMED = "confirmed"  # paid, authorised, or `manual` payment was agreed
    COMPLETED = "completed"  # delivered, nothing left to do
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its time to be paid ran out


TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED, OrderStatus.EXPIRED}),
    # A manual order that is not paid in its time expires as well.
    OrderStatus.CONFIRMED: frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.EXPIRED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
}


def move(current: OrderStatus, to: OrderStatus) -> OrderStatus:
    """Raises `IllegalTransition` for a step that isn't in the table."""
    if to not in TRANSITIONS[current]:
        raise IllegalTransition(f"an order that is {current} can't become {to}", status=str(current))
    return to


def is_over(status: OrderStatus) -> bool:
    return not TRANSITIONS[status]
