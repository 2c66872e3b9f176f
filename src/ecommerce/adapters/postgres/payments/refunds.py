"""Refunds inside a unit of work."""

from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.domain.payments.refund import Refund, RefundStatus, ReturnedUnits
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.domain.shared.money import Money

ADD = """
INSERT INTO refund (id, payment_id, order_id, amount, currency, reason, note, restock, status, failure,
  provider_ref, actor, created_at, request_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
ADD_LINES = """
INSERT INTO refund_line (refund_id, order_line_id, quantity, amount)
SELECT $1, * FROM unnest($2::uuid[], $3::int[], $4::bigint[])
"""
_SELECT = """
SELECT r.id, r.payment_id, r.order_id, r.amount, r.currency, r.reason, r.actor, r.created_at, r.note,
  r.restock, r.status, r.failure, r.provider_ref,
  ARRAY(SELECT order_line_id FROM refund_line WHERE refund_id = r.id ORDER BY order_line_id) AS line_ids,
  ARRAY(SELECT quantity FROM refund_line WHERE refund_id = r.id ORDER BY order_line_id) AS quantities,
  ARRAY(SELECT amount FROM refund_line WHERE refund_id = r.id ORDER BY order_line_id) AS amounts
FROM refund r WHERE
"""
GET = _SELECT + "r.id = $1"
OF_REQUEST = (
    _SELECT + "r.request_key = $1 AND r.status <> 'failed' AND r.created_at > now() - interval '24 hours'"
    " ORDER BY r.created_at DESC LIMIT 1"
)
BY_REF = _SELECT + "r.payment_id = $1 AND r.provider_ref = $2"
SAVE = "UPDATE refund SET status = $2, failure = $3, provider_ref = $4, updated_at = now() WHERE id = $1"
RETURNED = """
SELECT l.order_line_id, sum(l.quantity)::int, sum(l.amount)::bigint
FROM refund_line l JOIN refund r ON r.id = l.refund_id
WHERE r.order_id = $1 AND r.status <> 'failed'
GROUP BY l.order_line_id
"""
SUMS = """
SELECT coalesce(sum(amount) FILTER (WHERE status = 'succeeded'), 0)::bigint,
       coalesce(sum(amount) FILTER (WHERE status = 'pending'), 0)::bigint
FROM refund WHERE payment_id = $1
"""


class PgRefundRepository:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def add(self, refund: Refund, request_key: bytes | None = None) -> None:
        await self._uow.connection.execute(
            ADD,
            refund.id,
            refund.payment_id,
            refund.order_id,
            refund.money.amount,
            refund.money.currency,
            refund.reason,
            refund.note,
            refund.restock,
            refund.status,
            refund.failure,
            refund.provider_ref,
            refund.actor,
            refund.created_at,
            request_key,
        )
        if refund.lines:
            await self._uow.connection.execute(
                ADD_LINES,
                refund.id,
                [line.line_id for line in refund.lines],
                [line.quantity for line in refund.lines],
                [line.amount for line in refund.lines],
            )

    async def get(self, refund_id: UUID) -> Refund:
        row = await self._uow.connection.fetchrow(GET, refund_id)
        if row is None:
            raise NotFound("there is no such refund")
        return _refund(row)

    async def save(self, refund: Refund) -> None:
        await self._uow.connection.execute(
            SAVE, refund.id, refund.status, refund.failure, refund.provider_ref
        )

    async def of_request(self, request_key: bytes) -> Refund | None:
        row = await self._uow.connection.fetchrow(OF_REQUEST, request_key)
        return _refund(row) if row else None

    async def by_ref(self, payment_id: UUID, ref: str) -> Refund | None:
        row = await self._uow.connection.fetchrow(BY_REF, payment_id, ref)
        return _refund(row) if row else None

    async def returned(self, order_id: UUID) -> dict[UUID, ReturnedUnits]:
        rows = await self._uow.connection.fetch(RETURNED, order_id)
        return {row[0]: ReturnedUnits(*row) for row in rows}

    async def sums(self, payment_id: UUID) -> tuple[int, int]:
        row = await self._uow.connection.fetchrow(SUMS, payment_id)
        return (row[0], row[1]) if row else (0, 0)


def _refund(row: asyncpg.Record) -> Refund:
    units = zip(row["line_ids"], row["quantities"], row["amounts"], strict=True)
    return Refund(
        id=row["id"],
        payment_id=row["payment_id"],
        order_id=row["order_id"],
        money=Money(row["amount"], row["currency"]),
        reason=row["reason"],
        actor=row["actor"],
        created_at=row["created_at"],
        note=row["note"],
        restock=row["restock"],
        status=RefundStatus(row["status"]),
        failure=row["failure"],
        provider_ref=row["provider_ref"],
        lines=tuple(ReturnedUnits(*each) for each in units),
    )
