"""Uses of promotions: claimed, consumed, released, each guarded by the rows that count them.

Locks are taken in one order everywhere: redemptions of the order, promotions, codes, customers, each by
their keys. A promotion that counts is locked to be written; any other only against being edited, so that
orders don't queue for a promotion that everybody gets.

Orders without end that share a row's lock would keep an editor waiting for ever. So they share an advisory
lock first, for which PostgreSQL lets nobody overtake; what is right depends on the row's lock alone.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.contracts import PromotionClaim
from ecommerce.domain.pricing.refusals import CouponExhausted
from ecommerce.domain.shared.kernel import ConcurrentUpdate

# What a lock returns is the row as it is now; what a join would find beside it is as old as the statement.
# So every check is made on the locked row. `verdict` needs all locks, and all that writes needs `verdict`.
EDITING = 1_347_571_533  # the advisory locks of promotions: "PROM"
CLAIM = f"""
WITH claim AS MATERIALIZED (
  SELECT * FROM unnest($3::uuid[], $4::int[], $5::bigint[], $6::uuid[], $7::bool[], $8::int[])
    AS c (promotion_id, version, amount, code_id, limited, per_customer)
), customer_key AS MATERIALIZED (
  SELECT DISTINCT unnest($9::bytea[]) AS key
), unedited AS MATERIALIZED (
  SELECT pg_advisory_xact_lock_shared({EDITING}, key)
  FROM (SELECT DISTINCT uuid_hash(promotion_id) AS key FROM claim WHERE NOT limited ORDER BY key) c
), free_promotion AS MATERIALIZED (
  SELECT p.id, p.version = c.version AND p.archived_at IS NULL AS same
  FROM promotion p JOIN claim c ON c.promotion_id = p.id
  WHERE NOT c.limited AND (SELECT count(*) FROM unedited) > 0
  ORDER BY p.id FOR KEY SHARE OF p
), limited_promotion AS MATERIALIZED (
  SELECT p.id, p.version = c.version AND p.archived_at IS NULL AS same,
    (p.max_uses IS NULL OR p.used < p.max_uses) AND (p.budget IS NULL OR
      p.definition -> 'budget' ->> 'currency' = $2 AND p.spent + c.amount <= p.budget) AS has_use
  FROM promotion p JOIN claim c ON c.promotion_id = p.id
  WHERE c.limited AND (SELECT count(*) FROM unedited) >= 0
  ORDER BY p.id FOR NO KEY UPDATE OF p
), promotions AS MATERIALIZED (
  SELECT id, same, true AS has_use FROM free_promotion
  UNION ALL SELECT id, same, has_use FROM limited_promotion
), free_code AS MATERIALIZED (
  SELECT k.id, k.promotion_id = c.promotion_id AND k.retired_at IS NULL AS same
  FROM coupon_code k JOIN claim c ON c.code_id = k.id
  WHERE k.max_uses IS NULL AND (SELECT count(*) FROM promotions) > 0
  ORDER BY k.id FOR KEY SHARE OF k
), limited_code AS MATERIALIZED (
  SELECT k.id, k.promotion_id = c.promotion_id AND k.retired_at IS NULL AS same,
    k.used < k.max_uses AS has_use
  FROM coupon_code k JOIN claim c ON c.code_id = k.id
  WHERE k.max_uses IS NOT NULL AND (SELECT count(*) FROM promotions) > 0
  ORDER BY k.id FOR NO KEY UPDATE OF k
), codes AS MATERIALIZED (
  SELECT id, same, true AS has_use FROM free_code UNION ALL SELECT id, same, has_use FROM limited_code
), verdict AS MATERIALIZED (
  SELECT c.*, COALESCE(p.same, false) AND (c.code_id IS NULL OR COALESCE(k.same, false)) AS same,
    COALESCE(p.has_use, false) AND (c.code_id IS NULL OR COALESCE(k.has_use, false)) AS has_use
  FROM claim c LEFT JOIN promotions p ON p.id = c.promotion_id LEFT JOIN codes k ON k.id = c.code_id
), used_promotion AS (
  UPDATE promotion p
  SET used = p.used + 1, spent = p.spent + CASE WHEN p.budget IS NULL THEN 0 ELSE v.amount END
  FROM verdict v
  WHERE p.id = v.promotion_id AND v.limited AND v.same AND v.has_use
), used_code AS (
  UPDATE coupon_code k SET used = k.used + 1
  FROM verdict v JOIN limited_code l ON l.id = v.code_id
  WHERE k.id = v.code_id AND v.same AND v.has_use
), used_by_customer AS (
  INSERT INTO promotion_customer AS u (promotion_id, customer_key, used)
  SELECT v.promotion_id, k.key, 1 FROM verdict v, customer_key k
  WHERE v.per_customer IS NOT NULL AND v.same AND v.has_use
  ORDER BY v.promotion_id, k.key
  ON CONFLICT (promotion_id, customer_key) DO UPDATE SET used = u.used + 1
    WHERE u.used < (SELECT c.per_customer FROM claim c WHERE c.promotion_id = u.promotion_id)
  RETURNING u.promotion_id
), redeemed AS (
  INSERT INTO promotion_redemption (order_id, promotion_id, coupon_code_id, customer_keys, amount, currency)
  SELECT $1, v.promotion_id, v.code_id, $9, v.amount, $2 FROM verdict v WHERE v.same AND v.has_use
)
SELECT v.promotion_id, v.same, v.has_use, v.per_customer IS NULL OR (SELECT count(*) FROM customer_key) = (
  SELECT count(*) FROM used_by_customer u WHERE u.promotion_id = v.promotion_id) AS has_use_for_customer
FROM verdict v
"""

CONSUME = """
UPDATE promotion_redemption SET status = 'consumed', updated_at = now()
WHERE order_id = $1 AND status = 'claimed'
"""

# First who is edited by nobody from here on. A statement of its own: what an edit has written while this
# waited for it (the counters of customers that it began) is seen by the next statement alone.
HOLD = """
SELECT FROM promotion_redemption r JOIN promotion p ON p.id = r.promotion_id
WHERE r.order_id = $1 AND r.status <> 'released'
ORDER BY r.promotion_id FOR UPDATE OF r FOR KEY SHARE OF p
"""
RELEASE = """
WITH released AS (
  UPDATE promotion_redemption SET status = 'released', updated_at = now()
  WHERE order_id = $1 AND status <> 'released'
  RETURNING promotion_id, coupon_code_id, customer_keys, amount, currency
), promotions AS MATERIALIZED (
  SELECT p.id,
    CASE WHEN p.definition -> 'budget' ->> 'currency' = r.currency THEN r.amount ELSE 0 END AS amount
  FROM promotion p JOIN released r ON r.promotion_id = p.id
  WHERE p.max_uses IS NOT NULL OR p.budget IS NOT NULL
  ORDER BY p.id FOR NO KEY UPDATE OF p
), free_promotion AS (
  UPDATE promotion p SET used = p.used - 1, spent = p.spent - l.amount
  FROM promotions l WHERE p.id = l.id
  RETURNING p.id
), codes AS MATERIALIZED (
  SELECT k.id FROM coupon_code k JOIN released r ON r.coupon_code_id = k.id
  WHERE k.max_uses IS NOT NULL AND (SELECT count(*) FROM free_promotion) >= 0
  ORDER BY k.id FOR NO KEY UPDATE OF k
), free_code AS (
  UPDATE coupon_code k SET used = k.used - 1 FROM codes l WHERE k.id = l.id RETURNING k.id
), customers AS MATERIALIZED (
  SELECT u.promotion_id, u.customer_key
  FROM promotion_customer u
  JOIN (SELECT DISTINCT promotion_id, unnest(customer_keys) AS key FROM released) r
    ON r.promotion_id = u.promotion_id AND r.key = u.customer_key
  WHERE (SELECT count(*) FROM free_code) >= 0
  ORDER BY u.promotion_id, u.customer_key FOR NO KEY UPDATE OF u
)
UPDATE promotion_customer u SET used = u.used - 1
FROM customers l WHERE u.promotion_id = l.promotion_id AND u.customer_key = l.customer_key
"""


class PgPromotionLedger:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def claim(
        self, order_id: UUID, currency: str, claims: Sequence[PromotionClaim], customer_keys: Sequence[bytes]
    ) -> None:
        if not claims:
            return
        rows = await self._uow.connection.fetch(
            CLAIM,
            order_id,
            currency,
            [claim.promotion_id for claim in claims],
            [claim.version for claim in claims],
            [claim.discount for claim in claims],
            [claim.coupon_code_id for claim in claims],
            [claim.limited for claim in claims],
            [claim.per_customer for claim in claims],
            sorted(set(customer_keys)),
        )
        _settle(claims, {row["promotion_id"]: row for row in rows})

    async def consume(self, order_id: UUID) -> None:
        await self._uow.connection.execute(CONSUME, order_id)

    async def release(self, order_id: UUID) -> None:
        if await self._uow.connection.fetch(HOLD, order_id):
            await self._uow.connection.execute(RELEASE, order_id)


def _settle(claims: Sequence[PromotionClaim], verdicts: dict[UUID, asyncpg.Record]) -> None:
    """The buyer's own coupon first: that it is used up is final, all else may be tried again."""
    refused: PromotionClaim | None = None
    for claim in claims:
        verdict = verdicts[claim.promotion_id]
        if verdict["same"] and verdict["has_use"] and verdict["has_use_for_customer"]:
            continue
        if claim.coupon_code_id is not None and verdict["same"]:
            raise CouponExhausted.of(claim.name, by_customer=verdict["has_use"])
        refused = claim
    if refused is not None:
        raise ConcurrentUpdate(f"the promotion {refused.name} changed at this moment; try again")
