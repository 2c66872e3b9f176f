"""Payments inside a unit of work."""

from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.payments.records import Whereabouts
from ecommerce.domain.payments.payment import Failure, Payment
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.domain.shared.money import Money

# A reference outweighs what metadata claim; those only help while we have not heard our own call's answer.
LOCATE = """
SELECT id, order_id FROM payment WHERE provider = 'stripe' AND provider_ref = $1
UNION ALL
SELECT id, order_id FROM payment WHERE provider = 'stripe' AND id = $2 AND provider_ref IS NULL
LIMIT 1
"""
_COLUMNS = """id, order_id, provider, attempt, amount, currency, status, captured, refunded, refund_pending,
  provider_ref, failure_code, failure_message"""
LOCK = f"SELECT {_COLUMNS} FROM payment WHERE id = $1 FOR UPDATE"
LOCK_LATEST = f"SELECT {_COLUMNS} FROM payment WHERE order_id = $1 ORDER BY attempt DESC LIMIT 1 FOR UPDATE"
ADD = """
INSERT INTO payment (id, order_id, provider, attempt, amount, currency, status, provider_ref)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
SAVE = """
UPDATE payment SET status = $2, captured = $3, refunded = $4, refund_pending = $5, provider_ref = $6,
  failure_code = $7, failure_message = $8, updated_at = now()
WHERE id = $1
"""
NOTE = "INSERT INTO payment_event (payment_id, source, status, detail) VALUES ($1, $2, $3, $4)"
CLAIM = """
UPDATE payment SET refund_pending = refund_pending + $2, updated_at = now()
WHERE id = $1 AND captured - refunded - refund_pending >= $2
RETURNING true
"""


class PgPaymentRepository:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def locate(self, ref: str | None, payment_id: UUID | None = None) -> Whereabouts | None:
        row = await self._uow.connection.fetchrow(LOCATE, ref, payment_id)
        return Whereabouts(*row) if row else None

    async def lock(self, payment_id: UUID) -> Payment:
        return _payment(await self._uow.connection.fetchrow(LOCK, payment_id))

    async def lock_latest(self, order_id: UUID) -> Payment:
        return _payment(await self._uow.connection.fetchrow(LOCK_LATEST, order_id))

    async def add(self, payment: Payment) -> None:
        money = payment.money
        await self._uow.connection.execute(
            ADD,
            payment.id,
            payment.order_id,
            payment.provider,
            payment.attempt,
            money.amount,
            money.currency,
            payment.status,
            payment.provider_ref,
        )

    async def save(self, payment: Payment) -> None:
        failure = payment.failure
        await self._uow.connection.execute(
            SAVE,
            payment.id,
            payment.status,
            payment.captured,
            payment.refunded,
            payment.refund_pending,
            payment.provider_ref,
            failure.code if failure else None,
            failure.message if failure else None,
        )

    async def note(self, payment: Payment, source: str, detail: str | None) -> None:
        await self._uow.connection.execute(NOTE, payment.id, source, payment.status, detail)

    async def claim(self, payment_id: UUID, amount: int) -> bool:
        return bool(await self._uow.connection.fetchval(CLAIM, payment_id, amount))


def _payment(row: asyncpg.Record | None) -> Payment:
    if row is None:
        raise NotFound("there is no such payment")
    code = row["failure_code"]
    return Payment(
        id=row["id"],
        order_id=row["order_id"],
        provider=row["provider"],
        attempt=row["attempt"],
        money=Money(row["amount"], row["currency"]),
        status=PaymentStatus(row["status"]),
        captured=row["captured"],
        refunded=row["refunded"],
        refund_pending=row["refund_pending"],
        provider_ref=row["provider_ref"],
        failure=Failure(code, row["failure_message"] or "") if code else None,
    )
