"""Payments as they are shown and looked for: one statement each."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.payments.started import STANDING_COLUMNS, standing_of
from ecommerce.application.payments.records import (
    OrderRecord,
    PaymentRecord,
    Refundable,
    RefundableLine,
    RefundRecord,
    TrailEntry,
    Viewer,
)
from ecommerce.domain.payments.payment import Failure
from ecommerce.domain.payments.refund import RefundStatus
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.domain.shared.money import Money

# Whose it is stands in the WHERE: what is not the viewer's is as good as absent.
MAY_SEE = "($2 OR o.account_id = $3 OR o.token_hash = $4)"
ORDER = (
    f"SELECT o.id, o.number, o.status, o.payment_status FROM sales_order o WHERE o.number = $1 AND {MAY_SEE}"
)
PAYMENT = f"""
SELECT {STANDING_COLUMNS}, p.failure_code, p.failure_message,
  (SELECT coalesce(json_agg(json_build_object('at', e.at, 'status', e.status, 'detail', e.detail)
     ORDER BY e.id), '[]') FROM payment_event e WHERE e.payment_id = p.id) AS trail
FROM payment p JOIN sales_order o ON o.id = p.order_id
WHERE p.id = $1 AND {MAY_SEE}
"""
REFUND = """
SELECT r.id, r.order_id, r.payment_id, o.number, p.provider, p.provider_ref AS intent_ref, r.provider_ref,
  r.amount, r.currency, r.reason, r.status, r.failure, r.created_at
FROM refund r JOIN payment p ON p.id = r.payment_id JOIN sales_order o ON o.id = r.order_id
WHERE r.id = $1
"""
REFUNDABLE = """
SELECT o.number, o.currency, coalesce(p.provider, o.payment_method) AS provider,
  coalesce(p.captured, 0) AS captured, coalesce(p.refunded, 0) AS refunded,
  coalesce(p.captured - p.refunded - p.refund_pending, 0) AS available,
  (SELECT coalesce(json_agg(json_build_object('id', l.id, 'sku', l.sku, 'quantity', l.quantity, 'returned',
     (SELECT coalesce(sum(u.quantity), 0) FROM refund_line u JOIN refund r ON r.id = u.refund_id
      WHERE u.order_line_id = l.id AND r.status <> 'failed')) ORDER BY l.position), '[]')
   FROM order_line l WHERE l.order_id = o.id) AS lines
FROM sales_order o LEFT JOIN payment p ON p.order_id = o.id
WHERE o.number = $1 ORDER BY p.attempt DESC LIMIT 1
"""
NEVER_STARTED = """
SELECT p.id FROM payment p JOIN sales_order o ON o.id = p.order_id
WHERE p.status = 'pending' AND p.provider = 'stripe' AND p.provider_ref IS NULL AND p.amount > 0
  AND p.updated_at < now() - $1::interval AND o.status NOT IN ('cancelled', 'expired')
ORDER BY p.updated_at LIMIT $2
"""
UNDECIDED = """
SELECT p.id FROM payment p JOIN sales_order o ON o.id = p.order_id
WHERE p.status IN ('pending', 'requires_payment_method', 'requires_action', 'processing')
  AND p.provider = 'stripe' AND p.updated_at < now() - $1::interval
  AND (p.provider_ref IS NOT NULL OR o.status IN ('cancelled', 'expired'))
ORDER BY p.updated_at LIMIT $2
"""
PENDING_REFUNDS = """
SELECT id FROM refund WHERE status = 'pending' AND updated_at < now() - $1::interval
ORDER BY updated_at LIMIT $2
"""
PAYMENTS_OF = "SELECT id FROM payment WHERE order_id = $1 ORDER BY attempt"


class PgPaymentQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, number: str, viewer: Viewer) -> OrderRecord:
        row = await self._database.fetch_row(
            ORDER, number, viewer.sees_all, viewer.account_id, viewer.token_hash
        )
        if row is None:
            raise NotFound("there is no such order")
        return OrderRecord(*row)

    async def payment(self, payment_id: UUID, viewer: Viewer) -> PaymentRecord:
        row = await self._database.fetch_row(
            PAYMENT, payment_id, viewer.sees_all, viewer.account_id, viewer.token_hash
        )
        if row is None:
            raise NotFound("there is no such payment")
        code = row["failure_code"]
        return PaymentRecord(
            standing=standing_of(row),
            trail=msgspec.convert(row["trail"], list[TrailEntry]),
            failure=Failure(code, row["failure_message"] or "") if code else None,
        )

    async def refund(self, refund_id: UUID) -> RefundRecord:
        row = await self._database.fetch_row(REFUND, refund_id)
        if row is None:
            raise NotFound("there is no such refund")
        return RefundRecord(
            id=row["id"],
            order_id=row["order_id"],
            payment_id=row["payment_id"],
            order_number=row["number"],
            provider=row["provider"],
            intent_ref=row["intent_ref"],
            ref=row["provider_ref"],
            money=Money(row["amount"], row["currency"]),
            reason=row["reason"],
            status=RefundStatus(row["status"]),
            failure=row["failure"],
            created_at=row["created_at"],
        )

    async def refundable(self, number: str) -> Refundable:
        row = await self._database.fetch_row(REFUNDABLE, number)
        if row is None:
            raise NotFound("there is no such order")
        return Refundable(
            order_number=row["number"],
            provider=row["provider"],
            currency=row["currency"],
            captured=row["captured"],
            refunded=row["refunded"],
            available=row["available"],
            lines=msgspec.convert(row["lines"], list[RefundableLine]),
        )

    async def never_started(self, older_than: timedelta, limit: int) -> Sequence[UUID]:
        return await self._ids(NEVER_STARTED, older_than, limit)

    async def undecided(self, older_than: timedelta, limit: int) -> Sequence[UUID]:
        return await self._ids(UNDECIDED, older_than, limit)

    async def pending_refunds(self, older_than: timedelta, limit: int) -> Sequence[UUID]:
        return await self._ids(PENDING_REFUNDS, older_than, limit)

    async def payments_of(self, order_id: UUID) -> Sequence[UUID]:
        return await self._ids(PAYMENTS_OF, order_id)

    async def _ids(self, sql: str, *arguments: object) -> list[UUID]:
        return [row["id"] for row in await self._database.fetch(sql, *arguments)]
