"""What variants cost. What they have cost before is in the audit log, which nobody can change."""

from collections.abc import Mapping, Sequence

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.catalog.base_prices import ACTION
from ecommerce.domain.catalog.base_price import BasePrice, VariantPrices
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import NotFound

FIND = """
SELECT v.id, v.product_id, v.sku, x.currency, x.amount, x.compare_at, x.lowest_30d
FROM variant v LEFT JOIN variant_price x ON x.variant_id = v.id WHERE v.id = $1
"""
# The lock under which the product's documents are made, too.
LOCK = """
SELECT FROM product WHERE id = (SELECT product_id FROM variant WHERE id = $1) FOR NO KEY UPDATE
"""
# An entry's `before` is what held until then: the oldest one's is what the 30 days began with.
LOWEST = f"""
SELECT price.key AS currency, min((price.value ->> 'amount')::bigint) AS lowest
FROM audit_log a
CROSS JOIN LATERAL (VALUES (a.before), (a.after)) AS state (held)
CROSS JOIN LATERAL jsonb_each(state.held -> 'prices') AS price
WHERE a.target = 'variant:' || $1::uuid AND a.action = '{ACTION}' AND a.at > now() - interval '30 days'
GROUP BY price.key
UNION ALL
SELECT currency, amount FROM variant_price WHERE variant_id = $1
"""
REPLACE = """
WITH wanted AS (
  SELECT * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS w (currency, amount, compare_at, lowest_30d)
), gone AS (
  DELETE FROM variant_price WHERE variant_id = $1 AND currency <> ALL ($2::text[])
)
INSERT INTO variant_price (variant_id, currency, amount, compare_at, lowest_30d)
SELECT $1, currency, amount, compare_at, lowest_30d FROM wanted
ON CONFLICT (variant_id, currency) DO UPDATE
SET amount = excluded.amount, compare_at = excluded.compare_at, lowest_30d = excluded.lowest_30d
"""


class PgBasePrices:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def find(self, variant_id: VariantId) -> VariantPrices:
        return _prices(await self._database.fetch(FIND, variant_id))

    async def lock(self, variant_id: VariantId) -> VariantPrices:
        await self._uow.connection.execute(LOCK, variant_id)
        return _prices(await self._uow.connection.fetch(FIND, variant_id))

    async def lowest(self, variant_id: VariantId) -> Mapping[str, int]:
        lowest: dict[str, int] = {}
        for row in await self._uow.connection.fetch(LOWEST, variant_id):
            lowest[row["currency"]] = min(row["lowest"], lowest.get(row["currency"], row["lowest"]))
        return lowest

    async def replace(self, prices: VariantPrices) -> None:
        wanted = prices.sorted()
        await self._uow.connection.execute(
            REPLACE,
            prices.variant_id,
            [each.currency for each in wanted],
            [each.amount for each in wanted],
            [each.compare_at for each in wanted],
            [each.lowest_30d for each in wanted],
        )


def _prices(rows: Sequence[asyncpg.Record]) -> VariantPrices:
    if not rows:
        raise NotFound("there is no such variant")
    prices = {
        row["currency"]: BasePrice(
            currency=row["currency"],
            amount=row["amount"],
            compare_at=row["compare_at"],
            lowest_30d=row["lowest_30d"],
        )
        for row in rows
        if row["currency"] is not None
    }
    first = rows[0]
    return VariantPrices(
        variant_id=VariantId(first["id"]), product_id=first["product_id"], sku=first["sku"], prices=prices
    )
