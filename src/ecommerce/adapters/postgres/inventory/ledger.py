"""Reservations of stock: set-based, in one order, each guarded by its own WHERE."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.inventory.contracts import Hold, StockAt

LOCK = """
SELECT s.variant_id, s.warehouse_id, w.priority, s.on_hand, s.reserved, s.backorderable
FROM stock_level s JOIN warehouse w ON w.id = s.warehouse_id
WHERE s.variant_id = ANY($1::uuid[])
ORDER BY s.variant_id, s.warehouse_id
FOR UPDATE OF s
"""

# The rows are locked in order first, since UPDATE alone takes them as its plan finds them. The UPDATE then
# checks each row as it is now, not as it was when the statement began.
RESERVE = """
WITH wanted AS (
  SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS w (variant_id, warehouse_id, quantity)
), locked AS MATERIALIZED (
  SELECT s.variant_id, s.warehouse_id, w.quantity
  FROM stock_level s JOIN wanted w USING (variant_id, warehouse_id)
  ORDER BY s.variant_id, s.warehouse_id
  FOR UPDATE OF s
), taken AS (
  UPDATE stock_level s SET reserved = s.reserved + l.quantity
  FROM locked l
  WHERE s.variant_id = l.variant_id AND s.warehouse_id = l.warehouse_id
    AND (s.backorderable OR s.reserved + l.quantity <= s.on_hand)
  RETURNING s.variant_id, s.warehouse_id, l.quantity
), held AS (
  INSERT INTO stock_reservation (order_id, variant_id, warehouse_id, quantity, expires_at)
  SELECT $1, variant_id, warehouse_id, quantity, now() + $5::interval FROM taken
)
SELECT count(*) FROM taken
"""

KEEP = "UPDATE stock_reservation SET expires_at = NULL WHERE order_id = $1 AND expires_at IS NOT NULL"

RELEASE = """
WITH locked AS MATERIALIZED (
  SELECT s.variant_id, s.warehouse_id
  FROM stock_level s JOIN stock_reservation r USING (variant_id, warehouse_id)
  WHERE r.order_id = $1
  ORDER BY s.variant_id, s.warehouse_id
  FOR UPDATE OF s
), freed AS (
  DELETE FROM stock_reservation r USING locked l
  WHERE r.order_id = $1 AND r.variant_id = l.variant_id AND r.warehouse_id = l.warehouse_id
  RETURNING r.variant_id, r.warehouse_id, r.quantity
)
UPDATE stock_level s SET reserved = s.reserved - f.quantity
FROM freed f WHERE s.variant_id = f.variant_id AND s.warehouse_id = f.warehouse_id
"""

HELD = """
SELECT r.warehouse_id, r.quantity FROM stock_reservation r
JOIN stock_level s USING (variant_id, warehouse_id)
WHERE r.order_id = $1 AND r.variant_id = $2
ORDER BY r.warehouse_id
FOR UPDATE OF s, r
"""

# A reservation of nothing is none: the last unit takes the row with it.
RELEASE_UNITS = """
WITH given AS (
  SELECT * FROM unnest($3::uuid[], $4::int[]) AS g (warehouse_id, quantity)
), gone AS (
  DELETE FROM stock_reservation r USING given g
  WHERE r.order_id = $1 AND r.variant_id = $2 AND r.warehouse_id = g.warehouse_id AND r.quantity = g.quantity
), less AS (
  UPDATE stock_reservation r SET quantity = r.quantity - g.quantity FROM given g
  WHERE r.order_id = $1 AND r.variant_id = $2 AND r.warehouse_id = g.warehouse_id AND r.quantity > g.quantity
)
UPDATE stock_level s SET reserved = s.reserved - g.quantity
FROM given g WHERE s.variant_id = $2 AND s.warehouse_id = g.warehouse_id
"""


class PgStockLedger:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def lock(self, variant_ids: Sequence[UUID]) -> list[StockAt]:
        rows = await self._uow.connection.fetch(LOCK, list(variant_ids))
        return [StockAt(*row) for row in rows]

    async def reserve(self, order_id: UUID, holds: Sequence[Hold], within: timedelta | None) -> bool:
        if not holds:
            return True
        taken = await self._uow.connection.fetchval(
            RESERVE,
            order_id,
            [hold.variant_id for hold in holds],
            [hold.warehouse_id for hold in holds],
            [hold.quantity for hold in holds],
            within,
        )
        return bool(taken == len(holds))

    async def keep(self, order_id: UUID) -> None:
        await self._uow.connection.execute(KEEP, order_id)

    async def release(self, order_id: UUID) -> None:
        await self._uow.connection.execute(RELEASE, order_id)

    async def release_units(self, order_id: UUID, variant_id: UUID, quantity: int) -> int:
        given: list[tuple[UUID, int]] = []
        rest = quantity
        for warehouse_id, held in await self._uow.connection.fetch(HELD, order_id, variant_id):
            if take := min(rest, held):
                given.append((warehouse_id, take))
                rest -= take
        if given:
            await self._uow.connection.execute(
                RELEASE_UNITS,
                order_id,
                variant_id,
                [warehouse_id for warehouse_id, _ in given],
                [count for _, count in given],
            )
        return quantity - rest
