"""Sessions and their refresh tokens. Whoever changes a token holds its session's row first."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.ports import Device
from ecommerce.domain.identity.account import Account, InvalidCredentials
from ecommerce.domain.identity.session import EndedBy, HeldToken, Session
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate

# The account is held: whoever changes its password or roles or closes it, and ends its sessions, comes before
# or after.
OPEN = """
INSERT INTO session (id, account_id, device_name, user_agent, client_address)
SELECT $1, id, $3, $4, $5 FROM account
WHERE id = $2 AND password_hash = $6 AND roles = $7 AND closed_at IS NULL FOR NO KEY UPDATE
RETURNING authenticated_at
"""
CLOSED = "SELECT closed_at IS NOT NULL FROM account WHERE id = $1"
ADD_TO_CHAIN = """
INSERT INTO refresh_token (token_hash, session_id, expires_at) VALUES ($1, $2, now() + $3)
"""
FIND = "SELECT session_id FROM refresh_token WHERE token_hash = $1"
LOCK = "SELECT id FROM session WHERE id = (" + FIND + ") FOR NO KEY UPDATE"
# A statement of its own: only what begins after the lock was had sees what its last holder did.
READ = """
SELECT session.id, session.account_id, session.authenticated_at, session.revoked_by, account.roles,
       token.expires_at, token.spent_at, clock_timestamp() AS now
FROM refresh_token AS token
JOIN session ON session.id = token.session_id
JOIN account ON account.id = session.account_id
WHERE token.token_hash = $1
"""
SPEND = "UPDATE refresh_token SET spent_at = clock_timestamp() WHERE token_hash = $1 AND spent_at IS NULL"
# What has expired gives the same answer as what was never there: a session that lives for years needn't drag
# its whole chain along. An hour later, so that no clock is close.
SEEN = """
WITH forgotten AS (
  DELETE FROM refresh_token WHERE session_id = $1 AND expires_at < now() - interval '1 hour')
UPDATE session SET last_seen_at = now() WHERE id = $1
"""
REAUTHENTICATE = """
UPDATE session SET authenticated_at = now(), last_seen_at = now()
WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL
RETURNING authenticated_at
"""
LIVE = "SELECT id FROM session WHERE id = ANY($1) AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE"
LIVE_ONE = "SELECT id FROM session WHERE id = $2 AND account_id = $1 AND revoked_at IS NULL FOR NO KEY UPDATE"
LIVE_OF = """
SELECT id FROM session WHERE account_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2
ORDER BY id FOR NO KEY UPDATE
"""
# clock_timestamp, not now: other processes look for what was revoked lately.
REVOKE = "UPDATE session SET revoked_at = clock_timestamp(), revoked_by = $2 WHERE id = ANY($1)"
SPEND_ALL = """
UPDATE refresh_token SET spent_at = clock_timestamp() WHERE session_id = ANY($1) AND spent_at IS NULL
"""


class PgSessions:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def open(
        self, session_id: UUID, account: Account, device: Device, token: bytes, lifetime: timedelta
    ) -> Session:
        connection = self._uow.connection
        authenticated_at = await connection.fetchval(
            OPEN,
            session_id,
            account.id,
            device.name,
            device.user_agent,
            device.address,
            account.password_hash,
            sorted(account.roles),
        )
        if authenticated_at is None:
            if await connection.fetchval(CLOSED, account.id):
                raise InvalidCredentials
            raise ConcurrentUpdate("this account was changed at the same moment; try again")
        await connection.execute(ADD_TO_CHAIN, token, session_id, lifetime)
        return Session(id=session_id, account_id=account.id, authenticated_at=authenticated_at)

    async def lock_by_token(self, token: bytes) -> HeldToken | None:
        connection = self._uow.connection
        if await connection.fetchval(LOCK, token) is None:
            return None
        row = await connection.fetchrow(READ, token)
        if row is None:
            return None
        return HeldToken(
            session=Session(
                id=row["id"],
                account_id=UserId(row["account_id"]),
                authenticated_at=row["authenticated_at"],
            ),
            roles=frozenset(row["roles"]),
            expires_at=row["expires_at"],
            spent_at=row["spent_at"],
            ended_by=None if row["revoked_by"] is None else EndedBy(row["revoked_by"]),
            now=row["now"],
        )

    async def find_by_token(self, token: bytes) -> UUID | None:
        found: UUID | None = await self._uow.connection.fetchval(FIND, token)
        return found

    async def rotate(self, session_id: UUID, spent: bytes, successor: bytes, lifetime: timedelta) -> None:
        connection = self._uow.connection
        if await connection.execute(SPEND, spent) != "UPDATE 1":
            raise ConcurrentUpdate("this refresh token was spent at the same moment; try again")
        await connection.execute(ADD_TO_CHAIN, successor, session_id, lifetime)
        await connection.execute(SEEN, session_id)

    async def reauthenticate(self, session_id: UUID, account_id: UserId) -> Session | None:
        at = await self._uow.connection.fetchval(REAUTHENTICATE, session_id, account_id)
        if at is None:
            return None
        return Session(id=session_id, account_id=account_id, authenticated_at=at)

    async def end(self, session_ids: Sequence[UUID], because: EndedBy) -> None:
        rows = await self._uow.connection.fetch(LIVE, list(session_ids))
        await self._revoke([row["id"] for row in rows], because)

    async def end_one(self, account_id: UserId, session_id: UUID, because: EndedBy) -> bool:
        rows = await self._uow.connection.fetch(LIVE_ONE, account_id, session_id)
        return bool(await self._revoke([row["id"] for row in rows], because))

    async def end_all(self, account_id: UserId, because: EndedBy, keep: UUID | None = None) -> list[UUID]:
        rows = await self._uow.connection.fetch(LIVE_OF, account_id, keep)
        return await self._revoke([row["id"] for row in rows], because)

    async def _revoke(self, session_ids: list[UUID], because: EndedBy) -> list[UUID]:
        if session_ids:
            await self._uow.connection.execute(REVOKE, session_ids, because.value)
            await self._uow.connection.execute(SPEND_ALL, session_ids)
        return session_ids
