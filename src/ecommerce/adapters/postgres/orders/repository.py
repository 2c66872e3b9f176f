"""How an order's lifecycle is changed."""

from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.orders.ports import LockedOrder, Reader
from ecommerce.domain.shared.kernel import ConcurrentUpdate, NotFound

_LOCKED = """
SELECT o.id, o.number, o.status, o.payment_status, o.fulfilment_status, o.currency, o.account_id,
       c.token_hash AS cart_token_hash
FROM sales_order o LEFT JOIN cart c ON c.id = o.cart_id
"""
LOCK = f"{_LOCKED} WHERE o.number = $1 AND ($2 OR o.account_id = $3 OR o.token_hash = $4) FOR UPDATE OF o"
_IS_OVERDUE = "o.expires_at < now() AND o.payment_status = 'unpaid' AND o.status IN ('pending', 'confirmed')"
OVERDUE = f"SELECT o.id FROM sales_order o WHERE {_IS_OVERDUE} ORDER BY o.expires_at LIMIT $1"
LOCK_OVERDUE = f"{_LOCKED} WHERE o.id = $1 AND {_IS_OVERDUE} FOR UPDATE OF o SKIP LOCKED"
END = """
WITH ended AS (
  UPDATE sales_order SET status = $2, updated_at = now() WHERE id = $1 RETURNING id
)
INSERT INTO order_history (order_id, axis, status, note, actor) SELECT id, 'order', $2, $3, $4 FROM ended
"""
OPEN_CART = """
WITH made AS (
  INSERT INTO cart (id, token_hash, account_id, currency) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING id
), found AS (
  SELECT id FROM cart WHERE status = 'open' AND (token_hash = $2 OR account_id = $3) FOR UPDATE
)
SELECT id FROM made UNION ALL SELECT id FROM found
"""
# What was paid in another currency says nothing of a price in the cart's.
LINES_BACK = """
WITH touched AS (
  UPDATE cart SET version = version + 1, updated_at = now() WHERE id = $2 RETURNING id, currency
)
INSERT INTO cart_line (id, cart_id, variant_id, quantity, seen_price, created_at)
SELECT gen_random_uuid(), touched.id, l.variant_id, l.quantity,
  CASE WHEN touched.currency = o.currency THEN l.unit_price END,
  now() + l.position * interval '1 microsecond'  -- a cart shows its lines by their time
FROM touched, order_line l JOIN sales_order o ON o.id = l.order_id WHERE l.order_id = $1
ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = least(999, cart_line.quantity + excluded.quantity)
"""


class PgOrderRepository:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def lock(self, number: str, reader: Reader) -> LockedOrder:
        row = await self._uow.connection.fetchrow(
            LOCK, number, reader.sees_all, reader.account_id, reader.token_hash
        )
        if row is None:
            raise NotFound("there is no such order")
        return LockedOrder(*row)

    async def overdue(self, limit: int) -> list[UUID]:
        rows: list[asyncpg.Record] = await self._uow.connection.fetch(OVERDUE, limit)
        return [row["id"] for row in rows]

    async def lock_overdue(self, order_id: UUID) -> LockedOrder | None:
        row = await self._uow.connection.fetchrow(LOCK_OVERDUE, order_id)
        return LockedOrder(*row) if row else None

    async def end(self, order: LockedOrder, status: str, note: str | None, actor: str) -> None:
        await self._uow.connection.execute(END, order.id, status, note, actor)

    async def give_lines_back(self, order: LockedOrder, cart_id: UUID) -> None:
        token = None if order.account_id else order.cart_token_hash
        if order.account_id is None and token is None:
            return  # the cart was swept meanwhile: there is nobody to give them to
        cart = await self._uow.connection.fetchval(
            OPEN_CART, cart_id, token, order.account_id, order.currency
        )
        if cart is None:
            raise ConcurrentUpdate("the owner's cart is being made at this moment")
        await self._uow.connection.execute(LINES_BACK, order.id, cart)
