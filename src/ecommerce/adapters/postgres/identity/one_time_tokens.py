"""One-time tokens as rows, and what they change of an account."""

from collections.abc import Collection
from datetime import timedelta

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.domain.identity.account import EmailTaken
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.one_time_token import OneTimeToken, Purpose
from ecommerce.domain.shared.ids import UserId

_LIVE = "FROM one_time_token WHERE token_hash = $1 AND purpose = ANY($2) AND expires_at > clock_timestamp()"
_SHOWN = "id, account_id, purpose, email, email_key"
FIND = f"SELECT {_SHOWN} {_LIVE}"
TAKE = f"DELETE {_LIVE} RETURNING {_SHOWN}"
ISSUE = """
INSERT INTO one_time_token (id, account_id, purpose, token_hash, email, email_key, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7)
ON CONFLICT (account_id, purpose) DO UPDATE
SET id = excluded.id, token_hash = excluded.token_hash, email = excluded.email,
    email_key = excluded.email_key, created_at = excluded.created_at, expires_at = excluded.expires_at
"""
REVOKE = "DELETE FROM one_time_token WHERE account_id = $1 AND purpose = ANY($2)"
SET_PASSWORD = "UPDATE account SET password_hash = $2, updated_at = now() WHERE id = $1"  # noqa: S105 - SQL
VERIFY = "UPDATE account SET email_verified = true, updated_at = now() WHERE id = $1 AND NOT email_verified"
SET_EMAIL = """
UPDATE account SET email = $2, email_key = $3, email_verified = true, updated_at = now() WHERE id = $1
"""


class PgOneTimeTokens:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def find(self, token: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
        return _token(await self._database.fetch_row(FIND, token, list(purposes)))

    async def issue(self, token: OneTimeToken, hashed: bytes, lifetime: timedelta) -> None:
        email = token.email
        await self._uow.connection.execute(
            ISSUE,
            token.id,
            token.account_id,
            token.purpose,
            hashed,
            None if email is None else email.text,
            None if email is None else email.key,
            lifetime,
        )

    async def take(self, token: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
        return _token(await self._uow.connection.fetchrow(TAKE, token, list(purposes)))

    async def revoke(self, account_id: UserId, purposes: Collection[Purpose]) -> None:
        await self._uow.connection.execute(REVOKE, account_id, list(purposes))


class PgAccountSecrets:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def set_password(self, account_id: UserId, hashed: str) -> None:
        await self._uow.connection.execute(SET_PASSWORD, account_id, hashed)

    async def verify(self, account_id: UserId) -> None:
        await self._uow.connection.execute(VERIFY, account_id)

    async def set_email(self, account_id: UserId, email: EmailAddress) -> None:
        try:
            await self._uow.connection.execute(SET_EMAIL, account_id, email.text, email.key)
        except asyncpg.UniqueViolationError:
            raise EmailTaken("there is an account with this e-mail address") from None


def _token(row: asyncpg.Record | None) -> OneTimeToken | None:
    if row is None:
        return None
    email = None if row["email"] is None else EmailAddress(row["email"], row["email_key"])
    return OneTimeToken(
        id=row["id"],
        account_id=UserId(row["account_id"]),
        purpose=Purpose(row["purpose"]),
        email=email,
    )
