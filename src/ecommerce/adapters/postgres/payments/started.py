"""How an intent is kept: single statements, since the provider was called outside any transaction."""

from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.payments.provider import IntentState
from ecommerce.application.payments.records import Standing
from ecommerce.domain.payments.payment import Failure
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.domain.shared.money import Money

STANDING_COLUMNS = """p.id, p.order_id, o.number, p.provider, p.attempt, p.amount, p.currency, p.status,
  p.provider_ref, p.client_secret"""
_STANDING = f"SELECT {STANDING_COLUMNS} FROM payment p JOIN sales_order o ON o.id = p.order_id WHERE "
STANDING = _STANDING + "p.id = $1"
OF_ORDER = _STANDING + "p.order_id = $1 ORDER BY p.attempt DESC LIMIT 1"
# A webhook may have brought the reference, and more, before the answer of our own call came.
KEEP = """
WITH kept AS (
  UPDATE payment SET
    status = CASE WHEN status = 'pending' THEN $4 ELSE status END,
    client_secret = CASE WHEN provider_ref IS DISTINCT FROM $2 AND provider_ref IS NOT NULL
      THEN client_secret ELSE coalesce(client_secret, $3) END,
    provider_ref = coalesce(provider_ref, $2),
    updated_at = now()
  WHERE id = $1 RETURNING id, status
), noted AS (
  INSERT INTO payment_event (payment_id, source, status) SELECT id, 'start', status FROM kept
)
SELECT status FROM kept
"""
FAIL = """
WITH failed AS (
  UPDATE payment SET status = 'failed', failure_code = $2, failure_message = $3, updated_at = now()
  WHERE id = $1 AND status = 'pending' AND provider_ref IS NULL RETURNING id
)
INSERT INTO payment_event (payment_id, source, status, detail) SELECT id, 'start', 'failed', $3 FROM failed
"""


class PgStartedPayments:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, payment_id: UUID) -> Standing:
        return _found(await self._database.fetch_row(STANDING, payment_id))

    async def of_order(self, order_id: UUID) -> Standing:
        return _found(await self._database.fetch_row(OF_ORDER, order_id))

    async def keep(self, payment_id: UUID, intent: IntentState, secret: bytes | None) -> PaymentStatus:
        row = await self._database.fetch_row(KEEP, payment_id, intent.ref, secret, intent.status)
        if row is None:
            raise NotFound("there is no such payment")
        return PaymentStatus(row["status"])

    async def fail(self, payment_id: UUID, failure: Failure) -> None:
        await self._database.execute(FAIL, payment_id, failure.code, failure.message)


def _found(row: asyncpg.Record | None) -> Standing:
    if row is None:
        raise NotFound("there is no such payment")
    return standing_of(row)


def standing_of(row: asyncpg.Record) -> Standing:
    return Standing(
        payment_id=row["id"],
        order_id=row["order_id"],
        order_number=row["number"],
        provider=row["provider"],
        attempt=row["attempt"],
        money=Money(row["amount"], row["currency"]),
        status=PaymentStatus(row["status"]),
        provider_ref=row["provider_ref"],
        secret=row["client_secret"],
    )
