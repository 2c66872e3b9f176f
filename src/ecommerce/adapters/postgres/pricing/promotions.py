"""Promotions as staff keep them, with what orders have used of them."""

import dataclasses
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.promotion_ledger import EDITING
from ecommerce.adapters.postgres.records import PgRecords
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.edit_promotions import PromotionRecord
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.records import Edge, Listed, Record
from ecommerce.domain.pricing.refusals import LimitBelowUse
from ecommerce.domain.shared.kernel import StaleVersion

# Whoever places an order shares this lock while it claims (see `promotion_ledger`).
QUEUE = f"SELECT pg_advisory_xact_lock({EDITING}, uuid_hash($1))"
USES = """
SELECT promotion_id, currency, count(*) AS used, sum(amount)::bigint AS spent FROM promotion_redemption
WHERE promotion_id = ANY ($1::uuid[]) AND status <> 'released'
GROUP BY promotion_id, currency ORDER BY promotion_id, currency
"""
# The row is locked: nobody claims or releases while its uses are counted.
REPLACE = """
UPDATE promotion p
SET version = version + 1, name = $3, definition = $4, updated_at = now(), used = counted.used,
  spent = counted.spent
FROM (
  SELECT CASE WHEN $5 OR $6::text IS NOT NULL THEN count(*) ELSE 0 END AS used,
    COALESCE(sum(amount) FILTER (WHERE currency = $6), 0)::bigint AS spent
  FROM promotion_redemption WHERE promotion_id = $1 AND status <> 'released'
) counted
WHERE p.id = $1 AND ($2::integer IS NULL OR version = $2) AND archived_at IS NULL
RETURNING p.id
"""
# Customers are counted for as long as there is a limit for each.
FORGET_CUSTOMERS = "DELETE FROM promotion_customer WHERE promotion_id = $1"
COUNT_CUSTOMERS = """
INSERT INTO promotion_customer (promotion_id, customer_key, used)
SELECT promotion_id, key, count(*) FROM promotion_redemption, unnest(customer_keys) AS key
WHERE promotion_id = $1 AND status <> 'released'
  AND NOT EXISTS (SELECT FROM promotion_customer WHERE promotion_id = $1)
GROUP BY promotion_id, key
"""
BELOW = {
    "ck_promotion_used_within_limit": "it was used more often than that; see `used`",
    "ck_promotion_spent_within_budget": "it took off more than that; see `spent`",
}


class PgPromotions:
    """`Records` of promotions. What it gives are `PromotionRecord`s."""

    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow
        self._records = PgRecords(database, uow, PromotionDefinition, "promotion", archives=True)

    async def page(self, size: int, offset: int = 0, edge: Edge | None = None) -> Listed[PromotionDefinition]:
        listed = await self._records.page(size, offset, edge)
        uses = await self._database.fetch(USES, [each.id for each in listed.records])
        return dataclasses.replace(listed, records=[_with_uses(each, uses) for each in listed.records])

    async def get(self, record_id: UUID) -> PromotionRecord:
        found = await self._records.get(record_id)
        return _with_uses(found, await self._database.fetch(USES, [record_id]))

    async def lock(self, record_id: UUID) -> PromotionRecord:
        await self._uow.connection.execute(QUEUE, record_id)
        return await self._shown(await self._records.lock(record_id))

    async def lock_all(self) -> Sequence[Record[PromotionDefinition]]:
        return await self._records.lock_all()

    async def among(self, ids: Sequence[UUID]) -> Record[PromotionDefinition] | None:
        found = await self._records.among(ids)
        return found and await self._shown(found)

    async def add(self, record_id: UUID, definition: PromotionDefinition) -> PromotionRecord:
        return _with_uses(await self._records.add(record_id, definition), ())

    async def replace(
        self, record_id: UUID, version: int | None, definition: PromotionDefinition
    ) -> PromotionRecord:
        connection, budget = self._uow.connection, definition.budget
        try:
            written = await connection.fetchval(
                REPLACE,
                record_id,
                version,
                definition.name,
                definition,
                definition.max_uses is not None,
                budget.currency if budget else None,
            )
        except asyncpg.CheckViolationError as error:
            why = BELOW.get(error.constraint_name or "")
            if why is None:
                raise
            raise LimitBelowUse(why) from error
        after = await self.lock(record_id)
        if not written:
            raise StaleVersion("this was changed since you read it; read it again")
        limited = definition.per_customer is not None
        await connection.execute(COUNT_CUSTOMERS if limited else FORGET_CUSTOMERS, record_id)
        return after

    async def remove(self, record_id: UUID, version: int | None) -> None:
        await self._records.remove(record_id, version)

    async def _shown(self, record: Record[PromotionDefinition]) -> PromotionRecord:
        return _with_uses(record, await self._uow.connection.fetch(USES, [record.id]))


def _with_uses(record: Record[PromotionDefinition], uses: Sequence[asyncpg.Record]) -> PromotionRecord:
    mine = [row for row in uses if row["promotion_id"] == record.id]
    return PromotionRecord(
        **msgspec.structs.asdict(record),
        used=sum(row["used"] for row in mine),
        spent=[Amount(row["spent"], row["currency"]) for row in mine],
    )
