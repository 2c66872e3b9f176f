"""Writes a placed order in one statement, over the tables of carts, orders, payments and the outbox.

Placing is the hottest write of all; a statement a table costs over four times as much.
"""

from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.outbox import request_id
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.checkout.ports import PlacedOrder, Placing
from ecommerce.domain.orders.events import OrderConfirmed, OrderEvent, OrderPaid, OrderPlaced

PLACE = """
WITH unpaid AS (
  SELECT count(*) AS count FROM sales_order
  WHERE client_key = $9 AND payment_status = 'unpaid' AND status IN ('pending', 'confirmed')
), claimed AS (
  UPDATE cart SET status = 'placed', version = version + 1, updated_at = now()
  WHERE id = $1 AND version = $2 AND status = 'open' AND (SELECT count FROM unpaid) < $3
  RETURNING id
), placed AS (
  INSERT INTO sales_order (
    cart_id, id, number, account_id, token_hash, client_key, email, currency, tax_included, subtotal,
    discount, shipping, tax, total, status, payment_status, payment_method, shipping_address,
    billing_address, shipping_option, note, pricing_engine, pricing_input, lines_hash, expires_at,
    email_key, vat_number, taxes, promotions, tax_exemption)
  SELECT claimed.id, $4, $5, $6, $7, $9, $8, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
    $23, $24, $25, $26, now() + $27::interval, $46, $47, $48, $49, $50
  FROM claimed
  RETURNING id
), lines AS (
  INSERT INTO order_line (
    order_id, position, id, variant_id, product_id, sku, name, options, quantity, unit_price, discount, tax,
    line_total, taxes)
  SELECT placed.id, l.position, l.id, l.variant_id, l.product_id, l.sku, l.name, l.options, l.quantity,
    l.unit_price, l.discount, l.tax, l.line_total, l.taxes::jsonb
  FROM placed, unnest($28::uuid[], $29::uuid[], $30::uuid[], $31::text[], $32::text[], $33::jsonb[],
    $34::int[], $35::bigint[], $36::bigint[], $37::bigint[], $38::bigint[], $39::text[])
    WITH ORDINALITY AS l (id, variant_id, product_id, sku, name, options, quantity, unit_price, discount, tax,
      line_total, taxes, position)
), history AS (
  INSERT INTO order_history (order_id, axis, status, actor)
  SELECT placed.id, h.axis, h.status, $40
  FROM placed, (VALUES ('order', $17), ('payment', $18), ('fulfilment', 'unfulfilled')) AS h (axis, status)
), payments AS (
  INSERT INTO payment (id, order_id, provider, amount, currency, status)
  SELECT $41, placed.id, $19, $16, $10, $42 FROM placed
), trail AS (
  INSERT INTO payment_event (payment_id, source, status)
  SELECT $41, 'checkout', $42 FROM placed
), events AS (
  INSERT INTO outbox (kind, aggregate, aggregate_id, payload, request_id)
  SELECT e.kind, 'order', placed.id, e.payload, $45
  FROM placed, unnest($43::text[], $44::jsonb[]) AS e (kind, payload)
)
SELECT EXISTS (SELECT FROM placed) AS placed, (SELECT count FROM unpaid) AS unpaid
"""


# As text: lists in a list would be an array of two dimensions, and not one value a line.
_encode = msgspec.json.Encoder().encode


class PgOrderPlacer:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def place(self, order: PlacedOrder, max_unpaid: int) -> Placing:
        lines = order.lines
        events = _events(order)
        row = await self._uow.connection.fetchrow(
            PLACE,
            order.cart_id,
            order.cart_version,
            max_unpaid,
            order.id,
            order.number,
            order.account_id,
            order.token_hash,
            order.email,
            order.client_key,
            order.currency,
            order.tax_included,
            order.subtotal,
            order.discount,
            order.shipping,
            order.tax,
            order.total,
            order.status,
            order.payment_status,
            order.payment_method,
            order.shipping_address,
            order.billing_address,
            order.shipping_option,
            order.note,
            order.pricing_engine,
            order.pricing_input,
            order.lines_hash,
            order.unpaid_for,
            [line.id for line in lines],
            [line.variant_id for line in lines],
            [line.product_id for line in lines],
            [line.sku for line in lines],
            [line.name for line in lines],
            [line.options for line in lines],
            [line.quantity for line in lines],
            [line.unit_price for line in lines],
            [line.discount for line in lines],
            [line.tax for line in lines],
            [line.line_total for line in lines],
            [_encode(line.taxes).decode() for line in lines],
            order.actor,
            order.payment_id,
            order.payment_state,
            [type(event).__name__ for event in events],
            [event.payload() for event in events],
            request_id(),
            order.email_key,
            order.vat_number,
            order.taxes,
            order.promotions,
            order.tax_exemption,
        )
        if row is None:
            raise RuntimeError("a SELECT without FROM has a row")
        if row["placed"]:
            self._uow.ring_on_commit()
        return Placing(placed=row["placed"], unpaid=row["unpaid"])


def _events(order: PlacedOrder) -> list[OrderEvent]:
    order_id: UUID = order.id
    events: list[OrderEvent] = [OrderPlaced(order_id=order_id, number=order.number)]
    if order.status == "confirmed":
        events.append(OrderConfirmed(order_id=order_id, number=order.number))
    if order.payment_status == "paid":
        events.append(OrderPaid(order_id=order_id, number=order.number))
    return events
