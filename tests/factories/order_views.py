"""Orders to write mails about."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

import msgspec

from ecommerce.application.orders.contracts import (
    OrderItem,
    OrderTotals,
    OrderView,
    PaymentAxis,
    ShippingChoice,
)
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.amount import Amount

Status = Literal["pending", "confirmed", "completed", "cancelled", "expired"]


def order_view(
    *,
    name: str = "Mug",
    currency: str = "USD",
    status: Status = "confirmed",
    payment_status: PaymentAxis = "paid",
    refunded: int = 0,
    tax_included: bool = False,
) -> OrderView:
    def money(amount: int) -> Amount:
        return Amount(amount, currency)

    address = Address(
        first_name="Zoë",
        last_name="<b>Ng</b>",
        line1="1 Main St",
        city="Springfield",
        postal_code="12345",
        country="US",
        region="IL",
    )
    return OrderView(
        id=uuid4(),
        number="ORD-0123456789AB",
        status=status,
        payment_status=payment_status,
        fulfilment_status="unfulfilled",
        currency=currency,
        items=[
            OrderItem(
                id=uuid4(),
                variant_id=uuid4(),
                sku="MUG-1",
                name=name,
                options={"Colour": "blue", "Size": "L"},
                quantity=2,
                unit_price=money(123_456),
                discount=money(1_000),
                tax=money(0),
                line_total=money(246_912),
            )
        ],
        totals=OrderTotals(
            subtotal=money(246_912),
            discount=money(1_000),
            shipping=money(500),
            tax=money(100),
            total=money(246_412 if tax_included else 246_512),
            tax_included=tax_included,
            refunded=money(refunded),
        ),
        shipping_address=address,
        billing_address=address,
        shipping_option=ShippingChoice(id="flat", name="Standard", price=money(500)),
        email="buyer@example.com",
        history=[],
        shipments=[],
        refunds=[],
        created_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
    )


class OneOrder:
    """`OrderViews` of a single order."""

    def __init__(self, order: OrderView) -> None:
        self.order = order

    async def by_id(self, order_id: UUID) -> OrderView:
        assert order_id == self.order.id
        return self.order

    def change(self, **fields: object) -> None:
        self.order = msgspec.structs.replace(self.order, **fields)
