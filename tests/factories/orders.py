"""Orders as placing leaves them, written by plain SQL."""

import secrets
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import asyncpg

from ecommerce.domain.shared.ids import new_order_number

ORDER = """
INSERT INTO sales_order (id, number, token_hash, email, currency, tax_included, subtotal, discount, shipping,
  tax, total, status, payment_status, payment_method, shipping_address, billing_address, shipping_option,
  pricing_engine, pricing_input, lines_hash, expires_at)
VALUES ($1, $2, sha256($3::bytea), 'buyer@example.com', $4, false, $5, 0, $6, $7, $8, $9, 'unpaid', $10, '{}',
  '{}', '{}', 'test', '{}', '\\x00', now() + interval '15 minutes')
"""
LINE = """
INSERT INTO order_line (id, order_id, position, variant_id, product_id, sku, name, options, quantity,
  unit_price, discount, tax, line_total, taxes)
VALUES ($1, $2, $3, gen_random_uuid(), gen_random_uuid(), $4, 'A thing', '{}', $5, $6, 0, $7, $8, '[]')
"""
HASH = """
UPDATE sales_order SET lines_hash = (
  SELECT sha256(convert_to(string_agg(concat_ws('|', l.id, l.variant_id, l.sku, l.name, l.quantity,
    l.unit_price, l.discount, l.tax, l.line_total), E'\n' ORDER BY l.position), 'UTF8'))
  FROM order_line l WHERE l.order_id = $1)
WHERE id = $1
"""
HISTORY = """
INSERT INTO order_history (order_id, axis, status, actor)
SELECT $1, axis, status, 'test'
FROM (VALUES ('order', $2), ('payment', 'unpaid'), ('fulfilment', 'unfulfilled')) AS h (axis, status)
"""
PAYMENT = "INSERT INTO payment (id, order_id, provider, amount, currency) VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True)
class Line:
    """`tax` is on top of `price * quantity`."""

    sku: str
    quantity: int
    price: int
    tax: int = 0
    id: UUID = field(default_factory=uuid4)

    @property
    def paid(self) -> int:
        return self.quantity * self.price + self.tax


@dataclass(frozen=True)
class PlacedOrder:
    id: UUID
    number: str
    token: str
    payment_id: UUID
    total: int
    currency: str
    lines: tuple[Line, ...]


async def place_order(
    url: str,
    *lines: Line,
    shipping: int = 500,
    currency: str = "USD",
    method: str = "stripe",
    status: str = "pending",
) -> PlacedOrder:
    """An unpaid order with a payment that the provider knows nothing of yet."""
    lines = lines or (Line("MUG-1", 2, 1_000),)
    subtotal, tax = sum(line.quantity * line.price for line in lines), sum(line.tax for line in lines)
    total = subtotal + shipping + tax
    order = PlacedOrder(
        uuid4(), new_order_number(), secrets.token_urlsafe(16), uuid4(), total, currency, lines
    )
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute(
            ORDER,
            order.id,
            order.number,
            order.token.encode(),
            currency,
            subtotal,
            shipping,
            tax,
            total,
            status,
            method,
        )
        for position, line in enumerate(lines):
            await connection.execute(
                LINE,
                line.id,
                order.id,
                position,
                line.sku,
                line.quantity,
                line.price,
                line.tax,
                line.quantity * line.price,
            )
        await connection.execute(HASH, order.id)
        await connection.execute(HISTORY, order.id, status)
        await connection.execute(PAYMENT, order.payment_id, order.id, method, total, currency)
    await connection.close()
    return order
