"""Whether the goods that a rule names are there."""

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.goods import GoodsIds

UNKNOWN = """
SELECT ARRAY(SELECT unnest($1::uuid[]) EXCEPT SELECT id FROM product WHERE id = ANY ($1)) AS products,
  ARRAY(SELECT unnest($2::uuid[]) EXCEPT SELECT id FROM category WHERE id = ANY ($2)) AS categories,
  ARRAY(SELECT unnest($3::uuid[]) EXCEPT SELECT id FROM variant WHERE id = ANY ($3)) AS variants
"""


class PgKnownGoods:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def unknown(self, ids: GoodsIds) -> GoodsIds:
        if ids == GoodsIds():
            return ids
        row = await self._uow.connection.fetchrow(
            UNKNOWN, list(ids.products), list(ids.categories), list(ids.variants)
        )
        if row is None:
            raise RuntimeError("a SELECT without FROM has a row")
        return GoodsIds(*(frozenset(row[name]) for name in ("products", "categories", "variants")))
