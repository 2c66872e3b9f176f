"""Authenticator apps, recovery codes, and sign-ins that wait for a code."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.identity.accounts import LOCK, LOCK_BY_ID, found_account
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.mfa_ports import Challenge, Held
from ecommerce.domain.identity.second_factor import Totp
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate

# A statement of its own: only what begins after the lock was had sees what its last holder did.
READ = """
SELECT secret, confirmed_at IS NOT NULL AS enabled, last_step, guessed_until, clock_timestamp() AS now
FROM account_totp WHERE account_id = $1
"""
ENROL = """
INSERT INTO account_totp (account_id, secret) VALUES ($1, $2)
ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
WHERE account_totp.confirmed_at IS NULL
"""
ENABLE = """
UPDATE account_totp SET confirmed_at = now(), last_step = $2 WHERE account_id = $1 AND confirmed_at IS NULL
"""
ADD_CODES = "INSERT INTO recovery_code (account_id, code_hash) SELECT $1, unnest($2::bytea[])"
# Recovery codes go with it.
REMOVE = "DELETE FROM account_totp WHERE account_id = $1"
END_ALL = "DELETE FROM mfa_challenge WHERE account_id = $1"
USE_STEP = """
UPDATE account_totp SET last_step = $2 WHERE account_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2
"""
USE_CODE = """
WITH used AS (DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2 RETURNING code_hash)
SELECT (SELECT count(*) FROM recovery_code WHERE account_id = $1 AND code_hash <> $2) FROM used
"""
COUNT_WRONG = "UPDATE account_totp SET guessed_until = $2 WHERE account_id = $1"
SHOWN = "UPDATE session SET second_factor_at = now() WHERE id = $1"
WAS_SHOWN = "SELECT second_factor_at IS NOT NULL FROM session WHERE id = $1"

OWNER = "SELECT account_id FROM mfa_challenge WHERE token_hash = $1 AND expires_at > now()"
OPEN = """
INSERT INTO mfa_challenge (token_hash, account_id, password_digest, device_name, expires_at)
VALUES ($1, $2, $3, $4, now() + $5)
"""
FIND = """
SELECT account_id, password_digest, device_name FROM mfa_challenge
WHERE token_hash = $1 AND expires_at > now()
"""
END = "DELETE FROM mfa_challenge WHERE token_hash = $1"
END_AT_LAST = "DELETE FROM mfa_challenge WHERE token_hash = $1 AND wrong_codes + 1 >= $2"
ONE_MORE_WRONG = "UPDATE mfa_challenge SET wrong_codes = wrong_codes + 1 WHERE token_hash = $1"


class PgSecondFactors:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def hold(self, who: UserId | str) -> Held:
        connection = self._uow.connection
        account = found_account(await connection.fetchrow(LOCK if isinstance(who, str) else LOCK_BY_ID, who))
        row = await connection.fetchrow(READ, account.id)
        # What the first statement saw of it may be older than the lock.
        account.mfa_enabled = row is not None and row["enabled"]
        return Held(account=account, totp=None if row is None else Totp(**row))

    async def enrol(self, account_id: UserId, secret: bytes) -> None:
        if await self._uow.connection.execute(ENROL, account_id, secret) != "INSERT 0 1":
            raise ConcurrentUpdate("a second factor was enabled at the same moment")

    async def enable(self, account_id: UserId, step: int, recovery_codes: Sequence[bytes]) -> None:
        if await self._uow.connection.execute(ENABLE, account_id, step) != "UPDATE 1":
            raise ConcurrentUpdate("the second factor was enabled or removed at the same moment")
        await self._uow.connection.execute(ADD_CODES, account_id, list(recovery_codes))

    async def remove(self, account_id: UserId) -> None:
        await self._uow.connection.execute(REMOVE, account_id)
        await self._uow.connection.execute(END_ALL, account_id)

    async def use_step(self, account_id: UserId, step: int) -> bool:
        return await self._uow.connection.execute(USE_STEP, account_id, step) == "UPDATE 1"

    async def use_recovery_code(self, account_id: UserId, code: bytes) -> int | None:
        left: int | None = await self._uow.connection.fetchval(USE_CODE, account_id, code)
        return left

    async def count_wrong(self, account_id: UserId, totp: Totp) -> None:
        await self._uow.connection.execute(COUNT_WRONG, account_id, totp.after_wrong())

    async def note_shown(self, session_id: UUID) -> None:
        await self._uow.connection.execute(SHOWN, session_id)

    async def was_shown(self, session_id: UUID) -> bool:
        return bool(await self._uow.connection.fetchval(WAS_SHOWN, session_id))


class PgChallenges:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def owner(self, token: bytes) -> UserId | None:
        row = await self._database.fetch_row(OWNER, token)
        return None if row is None else UserId(row["account_id"])

    async def open(self, token: bytes, challenge: Challenge, lifetime: timedelta) -> None:
        await self._uow.connection.execute(
            OPEN, token, challenge.account_id, challenge.password, challenge.device_name, lifetime
        )

    async def find(self, token: bytes) -> Challenge | None:
        row = await self._uow.connection.fetchrow(FIND, token)
        if row is None:
            return None
        return Challenge(
            account_id=UserId(row["account_id"]),
            password=row["password_digest"],
            device_name=row["device_name"],
        )

    async def end(self, token: bytes) -> bool:
        return await self._uow.connection.execute(END, token) == "DELETE 1"

    async def count_wrong(self, token: bytes, most: int) -> None:
        connection = self._uow.connection
        if await connection.execute(END_AT_LAST, token, most) != "DELETE 1":
            await connection.execute(ONE_MORE_WRONG, token)
