"""The records of exports and erasures."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.privacy.ports import PrivacyRequest
from ecommerce.domain.privacy.request import RequestKind
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate, NotFound

COLUMNS = "id, kind, account_id, status, failure, size, created_at, finished_at, expires_at"
_RUNNING = "status IN ('queued', 'running')"
# Whoever is closing the account has it locked: who asks at that moment waits, and finds it closed.
ASK = f"""
INSERT INTO privacy_request (id, kind, account_id, actor)
SELECT $1, 'export', id, $3 FROM account WHERE id = $2 AND closed_at IS NULL FOR KEY SHARE
ON CONFLICT (account_id) WHERE kind = 'export' AND {_RUNNING} DO NOTHING
RETURNING {COLUMNS}
"""
THE_ONE = f"SELECT {COLUMNS} FROM privacy_request WHERE account_id = $1 AND kind = 'export' AND {_RUNNING}"
OPEN_ACCOUNT = "SELECT true FROM account WHERE id = $1 AND closed_at IS NULL"
ADD_ERASURE = f"""
INSERT INTO privacy_request (id, kind, account_id, actor, subject)
VALUES ($1, 'erasure', $2, $3, $4) RETURNING {COLUMNS}
"""
BEGIN = f"""
UPDATE privacy_request SET status = 'running' WHERE id = $1 AND kind = $2 AND {_RUNNING} RETURNING {COLUMNS}
"""
SUBJECT = "SELECT subject FROM privacy_request WHERE id = $1"
KEEP = f"""
WITH kept AS (
  UPDATE privacy_request
  SET status = 'done', archive = $2, size = $3, finished_at = now(), expires_at = now() + $4
  WHERE id = $1 AND kind = 'export' AND {_RUNNING} RETURNING account_id
)
UPDATE privacy_request r SET archive = NULL, status = 'expired'
FROM kept WHERE r.account_id = kept.account_id AND r.id <> $1 AND r.archive IS NOT NULL
"""
FINISH = f"""
UPDATE privacy_request
SET status = CASE WHEN $2::text IS NULL THEN 'done' ELSE 'failed' END, failure = $2, subject = NULL,
  finished_at = now()
WHERE id = $1 AND {_RUNNING} RETURNING true
"""
FIND = f"SELECT {COLUMNS} FROM privacy_request WHERE id = $1 AND account_id = $2 AND kind = 'export'"
ARCHIVE = "SELECT archive FROM privacy_request WHERE id = $1 AND archive IS NOT NULL AND expires_at > now()"
UNFINISHED = f"""
SELECT id FROM privacy_request WHERE kind = $1 AND {_RUNNING} AND created_at <= now() - $2::interval
ORDER BY created_at, id LIMIT $3
"""
TRIES = 3


class PgPrivacyRequests:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def ask_for_export(
        self, request_id: UUID, account_id: UserId, actor: str
    ) -> tuple[PrivacyRequest, bool]:
        connection = self._uow.connection
        for _ in range(TRIES):  # the one in the way may be done before it is looked at
            row = await connection.fetchrow(ASK, request_id, account_id, actor)
            if row is not None:
                return _request(row), True
            row = await connection.fetchrow(THE_ONE, account_id)
            if row is not None:
                return _request(row), False
            if not await connection.fetchval(OPEN_ACCOUNT, account_id):
                raise NotFound("there is no such account")
        raise ConcurrentUpdate("an export was finished at this moment; try again")

    async def add_erasure(
        self, request_id: UUID, account_id: UserId, actor: str, subject: bytes
    ) -> PrivacyRequest:
        row = await self._uow.connection.fetchrow(ADD_ERASURE, request_id, account_id, actor, subject)
        if row is None:
            raise RuntimeError("an INSERT of values has a row")
        return _request(row)

    async def begin(self, request_id: UUID, kind: RequestKind) -> PrivacyRequest | None:
        row = await self._uow.connection.fetchrow(BEGIN, request_id, kind.value)
        return None if row is None else _request(row)

    async def subject_of(self, request_id: UUID) -> bytes | None:
        subject: bytes | None = await self._uow.connection.fetchval(SUBJECT, request_id)
        return subject

    async def keep_archive(self, request_id: UUID, archive: bytes, size: int, kept: timedelta) -> None:
        await self._uow.connection.execute(KEEP, request_id, archive, size, kept)

    async def finish(self, request_id: UUID, failure: str | None = None) -> bool:
        return bool(await self._uow.connection.fetchval(FINISH, request_id, failure))

    async def find_export(self, request_id: UUID, account_id: UserId) -> PrivacyRequest:
        row = await self._database.fetch_row(FIND, request_id, account_id)
        if row is None:
            raise NotFound("there is no such export")
        return _request(row)

    async def archive(self, request_id: UUID) -> bytes:
        row = await self._database.fetch_row(ARCHIVE, request_id)
        if row is None:
            raise NotFound("there is no such export, or the link has expired")
        archive: bytes = row["archive"]
        return archive

    async def unfinished(self, kind: RequestKind, older_than: timedelta, limit: int) -> list[UUID]:
        return [row["id"] for row in await self._database.fetch(UNFINISHED, kind.value, older_than, limit)]


def _request(row: asyncpg.Record) -> PrivacyRequest:
    return PrivacyRequest(**dict(row))
