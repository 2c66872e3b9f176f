"""How a placed order is written."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from ecommerce.domain.shared.ids import UserId


class PlacedLine(msgspec.Struct, frozen=True):
    id: UUID
    variant_id: UUID
    product_id: UUID
    sku: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: int
    discount: int
    tax: int
    line_total: int
    taxes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """Everything that is written when an order is placed. Sums in minor units of `currency`."""

    id: UUID
    number: str
    cart_id: UUID
    cart_version: int
    account_id: UserId | None
    token_hash: bytes | None
    client_key: bytes
    email: str
    email_key: bytes
    customer_keys: list[bytes]
    currency: str
    tax_included: bool
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    status: str
    payment_status: str
    payment_method: str
    payment_id: UUID
    payment_state: str
    shipping_address: dict[str, Any]
    billing_address: dict[str, Any]
    shipping_option: dict[str, Any]
    note: str | None
    vat_number: str | None
    tax_exemption: str | None
    taxes: list[dict[str, Any]]
    promotions: list[dict[str, Any]]
    pricing_engine: str
    pricing_input: dict[str, Any]
    lines: list[PlacedLine]
    lines_hash: bytes
    unpaid_for: timedelta | None
    actor: str


@dataclass(frozen=True, slots=True)
class Placing:
    """`placed` is False when the cart was changed or placed first, or `unpaid` orders are at the limit."""

    placed: bool
    unpaid: int


class OrderPlacer(Protocol):
    async def place(self, order: PlacedOrder, max_unpaid: int) -> Placing:
        """Turn the cart, if it still is at its version, into an order with all that belongs to it.

        One statement, only inside a unit of work. It holds the cart's row until the end.
        """
        ...
