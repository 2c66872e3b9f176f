"""Stock as it is counted, per warehouse."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.inventory.ports import SkuStock, WarehouseStock
from ecommerce.domain.shared.kernel import Conflict, NotFound

# A warehouse that never had the variant counts as one that has none of it.
SHOW = """
SELECT v.id AS variant_id, v.sku, w.id AS warehouse_id, w.code, COALESCE(s.on_hand, 0) AS on_hand,
       COALESCE(s.reserved, 0) AS reserved
FROM variant v CROSS JOIN warehouse w
LEFT JOIN stock_level s ON s.variant_id = v.id AND s.warehouse_id = w.id
WHERE v.sku = $1 AND v.tracked
ORDER BY w.priority, w.id
"""
LOCK = """
SELECT FROM stock_level s JOIN variant v ON v.id = s.variant_id
WHERE v.sku = $1 ORDER BY s.variant_id, s.warehouse_id FOR UPDATE OF s
"""
MOVE = """
WITH moves AS (
  SELECT * FROM unnest($2::uuid[], $3::int[]) AS m (warehouse_id, quantity)
), changed AS (
  UPDATE stock_level s SET on_hand = s.on_hand + m.quantity
  FROM moves m WHERE s.variant_id = $1 AND s.warehouse_id = m.warehouse_id
  RETURNING s.variant_id, s.warehouse_id
), made AS (
  INSERT INTO stock_level (variant_id, warehouse_id, on_hand, backorderable)
  SELECT v.id, m.warehouse_id, m.quantity, v.backorderable
  FROM moves m JOIN variant v ON v.id = $1
  WHERE NOT EXISTS (SELECT FROM stock_level s WHERE s.variant_id = $1 AND s.warehouse_id = m.warehouse_id)
  RETURNING variant_id, warehouse_id
)
INSERT INTO stock_movement (variant_id, warehouse_id, quantity, kind, reason, actor)
SELECT $1, m.warehouse_id, m.quantity, 'adjustment', $4, $5
FROM moves m JOIN (SELECT * FROM changed UNION ALL SELECT * FROM made) done USING (warehouse_id)
"""


class PgStockCounts:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def show(self, sku: str) -> SkuStock:
        return _stock(await self._database.fetch(SHOW, sku), sku)

    async def lock(self, sku: str) -> SkuStock:
        await self._uow.connection.execute(LOCK, sku)
        return _stock(await self._uow.connection.fetch(SHOW, sku), sku)

    async def move(self, stock: SkuStock, by_warehouse: Mapping[UUID, int], reason: str, actor: str) -> None:
        try:
            await self._uow.connection.execute(
                MOVE, stock.variant_id, list(by_warehouse), list(by_warehouse.values()), reason, actor
            )
        except asyncpg.CheckViolationError as error:
            reserved = sum(each.reserved for each in stock.warehouses)
            raise Conflict(f"{reserved} are sold and must stay; fewer can't lie there") from error


def _stock(rows: Sequence[asyncpg.Record], sku: str) -> SkuStock:
    if not rows:
        raise NotFound(f"there is no SKU {sku} whose stock is counted")
    return SkuStock(
        variant_id=rows[0]["variant_id"],
        sku=rows[0]["sku"],
        warehouses=[
            WarehouseStock(row["warehouse_id"], row["code"], row["on_hand"], row["reserved"]) for row in rows
        ],
    )
