"""All that is held about a person: handed out, or erased."""

from collections.abc import AsyncIterator
from uuid import UUID

from ecommerce.adapters.postgres.privacy.holdings import NOTIFICATIONS, ORDERS, PERSON
from ecommerce.adapters.postgres.privacy.statements import ERASE_ORDER, ERASE_REST, EXPORTS
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.privacy.ports import Subject

_OPEN = """o.status IN ('pending', 'confirmed')
  AND o.fulfilment_status IN ('unfulfilled', 'partially_fulfilled', 'fulfilled')"""
CANCELLABLE = f"""
{PERSON} SELECT o.number FROM sales_order o
WHERE o.id IN ({ORDERS}) AND o.status IN ('pending', 'confirmed') AND o.fulfilment_status = 'unfulfilled'
ORDER BY o.id
"""
UNDER_WAY = f"""
{PERSON} SELECT o.number FROM sales_order o
WHERE o.id IN ({ORDERS}) AND {_OPEN} AND o.fulfilment_status <> 'unfulfilled' ORDER BY o.id
"""
# News of an order that nobody has heard yet may become a message.
EXPECTED = f"""
{PERSON} SELECT EXISTS (SELECT FROM notification t WHERE t.status = 'queued' AND ({NOTIFICATIONS}))
  OR EXISTS (SELECT FROM outbox e WHERE e.done_at IS NULL AND e.parked_at IS NULL
    AND e.aggregate_id IN ({ORDERS}))
"""
TO_ERASE = f"{PERSON} SELECT o.id FROM sales_order o WHERE o.id IN ({ORDERS}) AND o.email <> $4 ORDER BY o.id"
LOCK = f"SELECT {_OPEN} AS open, o.email_key FROM sales_order o WHERE o.id = $1 FOR UPDATE"
# Promotions before their customers, as everywhere: whoever edits one counts its customers anew.
HOLD = """
SELECT FROM promotion_redemption r JOIN promotion p ON p.id = r.promotion_id
WHERE r.order_id = $1 AND $2 = ANY (r.customer_keys)
ORDER BY r.promotion_id FOR UPDATE OF r FOR KEY SHARE OF p
"""
# The key of the account, which tells nobody's name, goes on counting; that of the address is forgotten.
UNCOUNT = """
WITH held AS (
  SELECT promotion_id FROM promotion_redemption
  WHERE order_id = $1 AND status <> 'released' AND $2 = ANY (customer_keys)
), customers AS MATERIALIZED (
  SELECT u.promotion_id FROM promotion_customer u JOIN held USING (promotion_id)
  WHERE u.customer_key = $2 ORDER BY u.promotion_id FOR NO KEY UPDATE OF u
)
UPDATE promotion_customer u SET used = u.used - 1
FROM customers c WHERE u.promotion_id = c.promotion_id AND u.customer_key = $2
"""
FORGET_KEY = """
WITH forgotten AS (
  UPDATE promotion_redemption SET customer_keys = array_remove(customer_keys, $2)
  WHERE order_id = $1 AND $2 = ANY (customer_keys) RETURNING promotion_id
)
DELETE FROM promotion_customer u USING forgotten f
WHERE u.promotion_id = f.promotion_id AND u.customer_key = $2 AND u.used = 0
"""


class PgPersonalData:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def collect(self, subject: Subject) -> AsyncIterator[tuple[str, bytes]]:
        for kind, sql in EXPORTS:
            async for row in self._uow.connection.cursor(sql, *_person(subject), prefetch=200):
                yield kind, row["record"].encode()

    async def cancellable(self, subject: Subject) -> list[str]:
        return [row[0] for row in await self._uow.connection.fetch(CANCELLABLE, *_person(subject))]

    async def expects_messages(self, subject: Subject) -> bool:
        return bool(await self._uow.connection.fetchval(EXPECTED, *_person(subject)))

    async def orders_to_erase(self, subject: Subject) -> list[UUID]:
        return [row[0] for row in await self._uow.connection.fetch(TO_ERASE, *_person(subject))]

    async def erase_order(self, subject: Subject, order_id: UUID) -> bool:
        connection = self._uow.connection
        order = await connection.fetchrow(LOCK, order_id)
        if order is None or order["open"]:
            return order is None
        key = order["email_key"]
        if key is not None and await connection.fetch(HOLD, order_id, key):
            await connection.execute(UNCOUNT, order_id, key)
            await connection.execute(FORGET_KEY, order_id, key)
        for sql in ERASE_ORDER:
            await connection.execute(sql, order_id, subject.pseudonym)
        return True

    async def erase_rest(self, subject: Subject) -> None:
        for sql in ERASE_REST:
            await self._uow.connection.execute(sql, *_person(subject))


def _person(subject: Subject) -> tuple[object, ...]:
    return subject.account_id, subject.proven_email, subject.until, subject.pseudonym
