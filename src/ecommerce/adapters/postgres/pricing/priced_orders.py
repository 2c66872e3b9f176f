"""Orders as their prices were made, to be priced again."""

from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.pricing.ports import OrderedGoods, PricedOrder

# Ids of orders grow with time.
LATEST = """
SELECT o.id, o.number, o.pricing_engine, o.pricing_input::text AS input, (
  SELECT json_agg(json_build_object(
    'variant_id', l.variant_id, 'product_id', l.product_id,
    'categories', COALESCE(c.path, '{}'), 'tags', COALESCE(p.tags, '{}')) ORDER BY l.position)
  FROM order_line l LEFT JOIN product p ON p.id = l.product_id LEFT JOIN category c ON c.id = p.category_id
  WHERE l.order_id = o.id
)::text AS goods
FROM sales_order o
WHERE ($2::uuid IS NULL OR o.id < $2) AND o.status NOT IN ('cancelled', 'expired')
  AND o.pricing_input <> '{}'
ORDER BY o.id DESC LIMIT $1
"""
_goods = msgspec.json.Decoder(list[OrderedGoods]).decode


class PgPricedOrders:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, count: int, before: UUID | None = None) -> list[PricedOrder]:
        rows = await self._database.fetch(LATEST, count, before)
        return [
            PricedOrder(
                id=row["id"],
                number=row["number"],
                engine=row["pricing_engine"],
                input=row["input"].encode(),
                goods=_goods(row["goods"] or "[]"),
            )
            for row in rows
        ]
