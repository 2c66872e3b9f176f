"""What other contexts may know of orders, and ask of them.

None of these opens a unit of work. Who locks an order and something of it (a payment, stock) locks the
order first: everywhere, so that two never wait for each other.
"""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.amount import Amount

PaymentAxis = Literal[
    "unpaid",
    "pending",
    "authorized",
    "partially_paid",
    "paid",
    "partially_refunded",
    "refunded",
    "failed",
    "disputed",
]


class OrderItem(msgspec.Struct, frozen=True):
    id: UUID
    variant_id: UUID
    sku: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: Amount
    discount: Amount
    tax: Amount
    line_total: Amount


class OrderTotals(msgspec.Struct, frozen=True):
    subtotal: Amount
    discount: Amount
    shipping: Amount
    tax: Amount
    total: Amount
    tax_included: bool
    refunded: Amount


class ShippingChoice(msgspec.Struct, frozen=True):
    id: str
    name: str
    price: Amount


class HistoryEntry(msgspec.Struct, frozen=True):
    at: datetime
    axis: Literal["order", "payment", "fulfilment"]
    status: str
    note: str | None


class RefundView(msgspec.Struct, frozen=True):
    """`status` is pending, succeeded or failed."""

    id: UUID
    amount: Amount
    reason: str
    status: str
    created_at: datetime


class OrderView(msgspec.Struct, frozen=True):
    """An order as its buyer sees it: staff notes are never in it."""

    id: UUID
    number: str
    status: Literal["pending", "confirmed", "completed", "cancelled", "expired"]
    payment_status: PaymentAxis
    fulfilment_status: str
    currency: str
    items: list[OrderItem]
    totals: OrderTotals
    shipping_address: Address
    billing_address: Address
    shipping_option: ShippingChoice
    email: str
    history: list[HistoryEntry]
    shipments: list[UUID]
    refunds: list[RefundView]
    created_at: datetime


class OrderViews(Protocol):
    """One statement each, outside any unit of work."""

    async def by_id(self, order_id: UUID) -> OrderView:
        """Raises `NotFound`. For ourselves: nobody is asked who they are."""
        ...


class OrderCanceller(Protocol):
    async def __call__(self, number: str, actor: Actor, order_token: str | None = None) -> OrderView:
        """Cancel an order that nobody has begun to fulfil, in a unit of work of its own; twice is once.

        Raises `NotFound`, and `IllegalTransition` when it is too late.
        """
        ...


class OrderStanding(msgspec.Struct, frozen=True):
    """A locked order, as its payments need to know it. Sums in minor units of `currency`."""

    id: UUID
    number: str
    status: str
    payment_status: str
    payment_method: str
    currency: str
    total: int
    refunded: int


class PaidLine(msgspec.Struct, frozen=True):
    """What was paid for a line: its total and, where tax is on top, its tax."""

    id: UUID
    sku: str
    quantity: int
    paid: int


class OrderLedger(Protocol):
    """How payments move an order. Only inside a unit of work."""

    async def lock(self, order_id: UUID) -> OrderStanding:
        """Lock the order until the unit of work ends. Raises `NotFound`."""
        ...

    async def lock_by_number(self, number: str) -> OrderStanding:
        """Lock the order until the unit of work ends. Raises `NotFound`."""
        ...

    async def lines(self, order_id: UUID) -> list[PaidLine]:
        """In the order of their positions."""
        ...

    async def payment_moved(
        self, order: OrderStanding, status: PaymentAxis, note: str | None, actor: str
    ) -> None:
        """Set the payment axis, write its history; nothing happens when it stands there already.

        `authorized` and `paid` confirm the order: its stock is held without a deadline, and `OrderConfirmed`
        (and, once, `OrderPaid`) are filed. An order that is cancelled or expired stays that.
        """
        ...

    async def money_returned(
        self, order: OrderStanding, refund_id: UUID, amount: int, status: PaymentAxis, actor: str
    ) -> None:
        """A refund went through: add to what was refunded, move the payment axis, file `OrderRefunded`."""
        ...

    async def money_came_back(
        self, order: OrderStanding, amount: int, status: PaymentAxis, note: str, actor: str
    ) -> None:
        """A refund that had gone through failed after all: it counts no more. Moves the payment axis."""
        ...

    async def restock(self, order: OrderStanding, units: dict[UUID, int], actor: str) -> None:
        """Put units of order lines (line id to count) back for sale, up to what the order still holds."""
        ...
