"""The prices in price lists."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.ports import Break, BreakEdge, PricedVariant, PricedVariants
from ecommerce.application.shared.records import COUNTED

# One row is read beyond the page: it tells whether there is more.
PAGE = f"""
SELECT shown.variant_id, v.sku, shown.min_quantity, shown.amount, counted.n AS count
FROM (
  SELECT count(*) AS n
  FROM (SELECT FROM price_list_entry WHERE price_list_id = $1 LIMIT {COUNTED + 1}) counting
) counted
LEFT JOIN LATERAL (
  SELECT variant_id, min_quantity, amount FROM price_list_entry
  WHERE price_list_id = $1 AND ($4::uuid IS NULL OR (variant_id, min_quantity) {{beyond}} ($4, $5::integer))
  ORDER BY variant_id {{way}}, min_quantity {{way}} LIMIT $2 OFFSET $3
) shown ON true
LEFT JOIN variant v ON v.id = shown.variant_id
ORDER BY shown.variant_id {{way}}, shown.min_quantity {{way}}
"""
KNOWN = "SELECT id, sku FROM variant WHERE id = ANY($1::uuid[]) OR sku = ANY($2::text[])"
# The list's row is locked: nobody else writes its prices between what is read here and what is written.
PUT = """
WITH wanted AS (
  SELECT variant_id, min_quantity, amount
  FROM unnest($2::uuid[], $3::int[], $4::bigint[]) AS w (variant_id, min_quantity, amount)
), before AS (
  SELECT variant_id, min_quantity, e.amount
  FROM price_list_entry e JOIN wanted USING (variant_id, min_quantity) WHERE e.price_list_id = $1
), written AS (
  INSERT INTO price_list_entry (price_list_id, variant_id, min_quantity, amount)
  SELECT $1, variant_id, min_quantity, amount FROM wanted ORDER BY variant_id, min_quantity
  ON CONFLICT (variant_id, price_list_id, min_quantity) DO UPDATE SET amount = excluded.amount
    WHERE price_list_entry.amount <> excluded.amount
  RETURNING variant_id, min_quantity, amount
)
SELECT variant_id, min_quantity, w.amount, b.amount AS before
FROM written w LEFT JOIN before b USING (variant_id, min_quantity)
ORDER BY variant_id, min_quantity
"""
REMOVE = """
WITH gone AS (
  DELETE FROM price_list_entry
  WHERE price_list_id = $1 AND variant_id = $2 AND ($3::integer IS NULL OR min_quantity = $3)
  RETURNING variant_id, min_quantity, amount
)
SELECT * FROM gone ORDER BY min_quantity
"""
MOST_BREAKS = """
SELECT COALESCE(max(n), 0) FROM (
  SELECT count(*) AS n FROM price_list_entry
  WHERE price_list_id = $1 AND variant_id = ANY($2::uuid[]) GROUP BY variant_id
) each
"""
IS_EMPTY = "SELECT NOT EXISTS (SELECT FROM price_list_entry WHERE price_list_id = $1)"


class PgPriceListPrices:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def page(
        self, list_id: UUID, size: int, offset: int = 0, edge: BreakEdge | None = None
    ) -> PricedVariants:
        backwards = edge is not None and edge.backwards
        sql = PAGE.format(beyond="<" if backwards else ">", way="DESC" if backwards else "ASC")
        place = (None, None) if edge is None else (edge.variant_id, edge.min_quantity)
        rows = await self._database.fetch(sql, list_id, size + 1, offset, *place)
        found = [
            PricedVariant(row["variant_id"], row["sku"], row["min_quantity"], row["amount"])
            for row in rows
            if row["variant_id"] is not None
        ]
        shown, more = found[:size], len(found) > size
        if backwards:
            return PricedVariants(shown[::-1], rows[0]["count"], before=more, after=True)
        return PricedVariants(shown, rows[0]["count"], before=edge is not None or offset > 0, after=more)

    async def known(self, variant_ids: Sequence[UUID], skus: Sequence[str]) -> Mapping[UUID | str, UUID]:
        rows = await self._uow.connection.fetch(KNOWN, list(variant_ids), list(skus))
        known: dict[UUID | str, UUID] = {row["sku"]: row["id"] for row in rows}
        return known | {row["id"]: row["id"] for row in rows}

    async def put(self, list_id: UUID, breaks: Sequence[Break]) -> Sequence[tuple[Break, int | None]]:
        rows = await self._uow.connection.fetch(
            PUT,
            list_id,
            [each.variant_id for each in breaks],
            [each.min_quantity for each in breaks],
            [each.amount for each in breaks],
        )
        return [(Break(row["variant_id"], row["min_quantity"], row["amount"]), row["before"]) for row in rows]

    async def remove(self, list_id: UUID, variant_id: UUID, min_quantity: int | None) -> Sequence[Break]:
        return [
            Break(*row) for row in await self._uow.connection.fetch(REMOVE, list_id, variant_id, min_quantity)
        ]

    async def most_breaks(self, list_id: UUID, variant_ids: Sequence[UUID]) -> int:
        most: int = await self._uow.connection.fetchval(MOST_BREAKS, list_id, list(variant_ids))
        return most

    async def is_empty(self, list_id: UUID) -> bool:
        empty: bool = await self._uow.connection.fetchval(IS_EMPTY, list_id)
        return empty
