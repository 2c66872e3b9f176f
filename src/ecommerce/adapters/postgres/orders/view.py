"""The SQL that tells an order as its buyer sees it, as one JSON document."""

import msgspec

from ecommerce.application.orders.contracts import OrderView


def _money(column: str) -> str:
    return f"json_build_object('amount', {column}, 'currency', o.currency)"


# Wants the order as `o`.
VIEW = f"""
json_build_object(
  'id', o.id, 'number', o.number, 'status', o.status, 'payment_status', o.payment_status,
  'fulfilment_status', o.fulfilment_status, 'currency', o.currency, 'email', o.email,
  'created_at', o.created_at, 'shipping_address', o.shipping_address, 'billing_address', o.billing_address,
  'shipping_option', o.shipping_option, 'shipments', '[]'::json,
  'totals', json_build_object(
    'subtotal', {_money("o.subtotal")}, 'discount', {_money("o.discount")},
    'shipping', {_money("o.shipping")}, 'tax', {_money("o.tax")}, 'total', {_money("o.total")},
    'refunded', {_money("o.refunded")}, 'tax_included', o.tax_included),
  'items', (
    SELECT json_agg(json_build_object(
      'id', l.id, 'variant_id', l.variant_id, 'sku', l.sku, 'name', l.name, 'options', l.options,
      'quantity', l.quantity, 'unit_price', {_money("l.unit_price")}, 'discount', {_money("l.discount")},
      'tax', {_money("l.tax")}, 'line_total', {_money("l.line_total")}) ORDER BY l.position)
    FROM order_line l WHERE l.order_id = o.id),
  'history', (
    SELECT json_agg(json_build_object('at', h.at, 'axis', h.axis, 'status', h.status, 'note', h.note)
      ORDER BY h.id)
    FROM order_history h WHERE h.order_id = o.id),
  'refunds', COALESCE((
    SELECT json_agg(json_build_object(
      'id', r.id, 'amount', {_money("r.amount")}, 'reason', r.reason, 'status', r.status,
      'created_at', r.created_at) ORDER BY r.created_at, r.id)
    FROM refund r WHERE r.order_id = o.id), '[]'::json)
)::text
"""

read_view = msgspec.json.Decoder(OrderView).decode
