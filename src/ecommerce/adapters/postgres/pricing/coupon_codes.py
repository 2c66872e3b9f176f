"""Coupon codes, by the keyed hashes that are kept of them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.contracts import FoundCoupon
from ecommerce.application.pricing.coupon_hashes import code_hash
from ecommerce.application.pricing.ports import CodeEdge, CouponCode, ListedCodes, NewCode
from ecommerce.application.shared.records import COUNTED, gone
from ecommerce.application.shared.tokens import Tokens
from ecommerce.domain.pricing.coupon_code import canonical
from ecommerce.domain.pricing.refusals import CodeTaken
from ecommerce.domain.shared.kernel import InvalidValue

FIND = """
SELECT k.id, k.promotion_id, COALESCE(k.used >= k.max_uses, false) AS used_up,
  p.archived_at IS NULL AND (p.definition -> 'enabled')::boolean AND (p.definition -> 'by_code')::boolean
    AND COALESCE((p.definition ->> 'starts_at')::timestamptz <= now(), true)
    AND COALESCE((p.definition ->> 'ends_at')::timestamptz > now(), true) AS live
FROM coupon_code k JOIN promotion p ON p.id = k.promotion_id
WHERE k.code_hash = $1 AND k.retired_at IS NULL
"""
# Where nothing limits a code, its row counts nothing: whoever looks at it counts.
_SHOWN = """
k.id, k.label, k.max_uses, k.created_at, CASE WHEN k.max_uses IS NOT NULL THEN k.used ELSE (
  SELECT count(*) FROM promotion_redemption WHERE coupon_code_id = k.id AND status <> 'released'
) END AS used
"""
# One row is read beyond the page: it tells whether there is more.
PAGE = f"""
SELECT {_SHOWN}, counted.n AS count
FROM (
  SELECT count(*) AS n FROM (
    SELECT FROM coupon_code WHERE promotion_id = $4 AND retired_at IS NULL LIMIT {COUNTED + 1}
  ) counting
) counted
LEFT JOIN LATERAL (
  SELECT * FROM coupon_code
  WHERE promotion_id = $4 AND retired_at IS NULL AND ($3::uuid IS NULL OR id {{beyond}} $3)
  ORDER BY id {{way}} LIMIT $1 OFFSET $2
) k ON true
ORDER BY k.id {{way}}
"""
GET = f"SELECT {_SHOWN} FROM coupon_code k WHERE id = $1 AND promotion_id = $2 AND retired_at IS NULL"
BY_HASH = (
    f"SELECT {_SHOWN} FROM coupon_code k WHERE code_hash = $1 AND promotion_id = $2 AND retired_at IS NULL"
)
GIVE_UP = """
UPDATE coupon_code k SET retired_at = now() FROM promotion p
WHERE p.id = k.promotion_id AND p.archived_at IS NOT NULL AND k.code_hash = $1 AND k.retired_at IS NULL
"""
ADD = """
INSERT INTO coupon_code (id, promotion_id, code_hash, label, max_uses) VALUES ($1, $2, $3, $4, $5)
"""
# A claim that waited for the promotion looks at this row again only if it was locked against being shared.
LOCK = f"{GET} FOR UPDATE"
RETIRE = """
WITH retired AS (
  UPDATE coupon_code SET retired_at = now() WHERE id = $1
)
DELETE FROM cart_coupon WHERE coupon_code_id = $1
"""
UNIQUE = "uq_coupon_code_code_hash"


class PgCouponCodes:
    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens

    async def find(self, code: str) -> FoundCoupon | None:
        try:
            wanted = canonical(code)
        except InvalidValue:
            return None
        row = await self._database.fetch_row(FIND, code_hash(self._tokens, wanted))
        if row is None:
            return None
        return FoundCoupon(code.strip(), row["id"], row["promotion_id"], row["used_up"], row["live"])


class PgCouponCodeBook:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def page(
        self, promotion_id: UUID, size: int, offset: int = 0, edge: CodeEdge | None = None
    ) -> ListedCodes:
        backwards = edge is not None and edge.backwards
        sql = PAGE.format(beyond=">" if backwards else "<", way="ASC" if backwards else "DESC")
        rows = await self._database.fetch(sql, size + 1, offset, edge and edge.id, promotion_id)
        found = [_code(row) for row in rows if row["id"] is not None]
        shown, more = found[:size], len(found) > size
        if backwards:
            return ListedCodes(shown[::-1], rows[0]["count"], before=more, after=True)
        return ListedCodes(shown, rows[0]["count"], before=edge is not None or offset > 0, after=more)

    async def get(self, promotion_id: UUID, code_id: UUID) -> CouponCode:
        return _found(await self._database.fetch_row(GET, code_id, promotion_id))

    async def by_hash(self, promotion_id: UUID, code_hash: bytes) -> CouponCode:
        return _found(await self._uow.connection.fetchrow(BY_HASH, code_hash, promotion_id))

    async def add(self, promotion_id: UUID, code: NewCode, max_uses: int | None) -> None:
        await self._uow.connection.execute(GIVE_UP, code.code_hash)
        try:
            await self._uow.connection.execute(
                ADD, code.id, promotion_id, code.code_hash, code.label, max_uses
            )
        except asyncpg.UniqueViolationError as error:
            raise _taken(error) from error

    async def add_many(self, promotion_id: UUID, codes: Sequence[NewCode], max_uses: int) -> None:
        try:
            await self._uow.connection.copy_records_to_table(
                "coupon_code",
                columns=("id", "promotion_id", "code_hash", "label", "max_uses"),
                records=[(each.id, promotion_id, each.code_hash, each.label, max_uses) for each in codes],
            )
        except asyncpg.UniqueViolationError as error:
            raise _taken(error) from error

    async def retire(self, promotion_id: UUID, code_id: UUID) -> CouponCode:
        code = _found(await self._uow.connection.fetchrow(LOCK, code_id, promotion_id))
        await self._uow.connection.execute(RETIRE, code_id)
        return code


def _taken(error: asyncpg.UniqueViolationError) -> Exception:
    if error.constraint_name != UNIQUE:
        return error
    return CodeTaken("this code is in use; retire that one first, or choose another")


def _found(row: asyncpg.Record | None) -> CouponCode:
    if row is None:
        raise gone("code")
    return _code(row)


def _code(row: asyncpg.Record) -> CouponCode:
    return CouponCode(row["id"], row["label"], row["max_uses"], row["used"], row["created_at"])
