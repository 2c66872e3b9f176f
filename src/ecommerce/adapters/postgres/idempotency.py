"""Idempotency keys: claimed in the transaction that makes the effect, answered after it.

A claim names the process that made it. Each process holds an advisory lock of its own for as long as it
lives, so that a claim left behind by a crash is known at once from one that is being worked on.
"""

import asyncio
import secrets
from functools import partial

import asyncpg
import msgspec
import structlog

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.idempotency import (
    Answer,
    IdempotencyKey,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
)
from ecommerce.application.shared.ports import Cipher
from ecommerce.domain.shared.kernel import DomainError

log = structlog.get_logger()
PURPOSE = "idempotency-answer"

# A second caller doesn't wait for the first: the try-lock tells it at once.
CLAIM = """
INSERT INTO idempotency_key (scope, body, holder, account_id)
SELECT $1, $2, $3, $5 WHERE pg_try_advisory_xact_lock($4)
ON CONFLICT (scope) DO NOTHING
RETURNING true
"""
# A claim is dead when its process is, or when it's older than any request may run.
TAKE_OVER = """
UPDATE idempotency_key SET holder = $3, claimed_at = now()
WHERE scope = $1 AND body = $2 AND answer IS NULL
  AND (claimed_at < now() - interval '60 seconds' OR pg_try_advisory_xact_lock(holder))
  AND pg_try_advisory_xact_lock($4)
RETURNING true
"""
FIND = "SELECT body, answer FROM idempotency_key WHERE scope = $1"
BIND = "UPDATE idempotency_key SET answer = $2 WHERE scope = $1 AND answer IS NULL"
RELEASE = "DELETE FROM idempotency_key WHERE scope = $1 AND holder = $2 AND answer IS NULL"
# Old enough to be taken over at once.
ABANDON = """
UPDATE idempotency_key SET claimed_at = now() - interval '61 seconds'
WHERE scope = $1 AND holder = $2 AND answer IS NULL
"""


class Presence:
    """Holds this process's advisory lock on a connection of its own, and takes it again when that is lost."""

    def __init__(self, database: Database) -> None:
        # 62 bits: apart from the locks taken on hashes of keys only by chance, which costs a retry at worst.
        self.holder = secrets.randbits(62)
        self._database = database
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    async def _keep(self) -> None:
        while True:
            lost = asyncio.Event()
            try:
                async with self._database.acquire() as connection:
                    connection.add_termination_listener(partial(_tell, lost))
                    await connection.execute("SELECT pg_advisory_lock($1)", self.holder)
                    try:
                        await lost.wait()
                    finally:
                        if not lost.is_set():
                            await connection.execute("SELECT pg_advisory_unlock($1)", self.holder)
            except DomainError as error:
                log.warning("idempotency.presence_lost", error=str(error))
            await asyncio.sleep(1)


def _tell(lost: asyncio.Event, _: object) -> None:
    lost.set()


class IdempotencyClaim:
    """One request's claim on its key, taken by its first transaction."""

    def __init__(self, call: Call, key: IdempotencyKey, holder: int) -> None:
        self._call = call
        self._key = key
        self._holder = holder
        self._committed = False
        self.resumed = False

    async def take(self, connection: Connection) -> None:
        """Raises `IdempotencyKeyInUse` or `IdempotencyKeyReused`.

        A claim goes with its transaction when that rolls back; once one commits, later ones pass.
        """
        if self._committed:
            return
        key, lock = self._key, int.from_bytes(self._key.scope[:8], signed=True)
        if not await connection.fetchval(CLAIM, key.scope, key.body, self._holder, lock, key.account_id):
            self.resumed = bool(await connection.fetchval(TAKE_OVER, key.scope, key.body, self._holder, lock))
            if not self.resumed:
                raise _in_use_or_reused(await connection.fetchrow(FIND, key.scope), key)

    def committed(self) -> None:
        """From here on the claim is this call's to bind or release. One that was rolled back may be another
        call's a moment later.
        """
        self._committed = True
        self._call.holds_key = True
        self.resumed = False


def _in_use_or_reused(row: asyncpg.Record | None, key: IdempotencyKey) -> Exception:
    if row is not None and row["body"] != key.body:
        return IdempotencyKeyReused("this Idempotency-Key was used with another body; use a new one")
    return IdempotencyKeyInUse("the first request with this Idempotency-Key is still running", retry_after=1)


class PgIdempotencyStore:
    def __init__(self, database: Database, cipher: Cipher, presence: Presence) -> None:
        self._database = database
        self._cipher = cipher
        self._presence = presence

    async def find(self, key: IdempotencyKey) -> Answer | None:
        row = await self._database.fetch_row(FIND, key.scope)
        if row is None:
            return None
        if row["body"] != key.body:
            raise _in_use_or_reused(row, key)
        if row["answer"] is None:
            return None
        return msgspec.msgpack.decode(self._cipher.decrypt(row["answer"], PURPOSE), type=Answer)

    async def bind(self, key: IdempotencyKey, answer: Answer) -> None:
        secret = self._cipher.encrypt(msgspec.msgpack.encode(answer), PURPOSE)
        await self._database.execute(BIND, key.scope, secret)

    async def release(self, key: IdempotencyKey) -> None:
        await self._database.execute(RELEASE, key.scope, self._presence.holder)

    async def abandon(self, key: IdempotencyKey) -> None:
        await self._database.execute(ABANDON, key.scope, self._presence.holder)
