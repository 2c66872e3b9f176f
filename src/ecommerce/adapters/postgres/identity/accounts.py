"""Accounts, on the hot lane: signing in and registering write events and sessions beside them."""

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.shared.ports import Outbox
from ecommerce.domain.identity.account import Account, RegistrationRepeated
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

SELECT = """
SELECT id, email, email_key, email_verified, password_hash, first_name, last_name, phone_number,
       marketing_opt_in, roles, created_at,
       EXISTS (SELECT FROM account_totp AS totp
               WHERE totp.account_id = account.id AND totp.confirmed_at IS NOT NULL) AS mfa_enabled
FROM account
"""
BY_KEY = SELECT + "WHERE email_key = $1 AND closed_at IS NULL"
BY_ID = SELECT + "WHERE id = $1 AND closed_at IS NULL"
# Not FOR UPDATE: that would make everything wait that only refers to the account, like a new session.
LOCK = BY_KEY + " FOR NO KEY UPDATE"
LOCK_BY_ID = BY_ID + " FOR NO KEY UPDATE"
# The row that is in the way is written too, so that a taken address takes as long as a free one.
ADD = """
INSERT INTO account (id, email, email_key, email_verified, password_hash, first_name, last_name, phone_number,
                     marketing_opt_in, roles, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
ON CONFLICT (email_key) DO UPDATE SET email_key = excluded.email_key
RETURNING id
"""
SAVE = "UPDATE account SET password_hash = $2, roles = $3, updated_at = now() WHERE id = $1"
REHASH = "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2"


class PgAccounts:
    def __init__(self, database: Database, uow: PgUnitOfWork, outbox: Outbox) -> None:
        self._database = database
        self._uow = uow
        self._outbox = outbox

    async def find(self, email_key: str) -> Account | None:
        row = await self._database.fetch_row(BY_KEY, email_key)
        return None if row is None else _account(row)

    async def get(self, account_id: UserId) -> Account:
        return found_account(await self._database.fetch_row(BY_ID, account_id))

    async def add(self, account: Account) -> UserId | None:
        owner: UserId = await self._uow.connection.fetchval(
            ADD,
            account.id,
            account.email.text,
            account.email.key,
            account.email_verified,
            account.password_hash,
            account.first_name,
            account.last_name,
            account.phone_number,
            account.marketing_opt_in,
            sorted(account.roles),
            account.created_at,
        )
        events = account.pull_events()
        if owner == account.id:
            await self._outbox.add(events)
            return None
        await self._outbox.add([RegistrationRepeated(account_id=owner)])
        return owner

    async def lock(self, email_key: str) -> Account:
        return found_account(await self._uow.connection.fetchrow(LOCK, email_key))

    async def lock_id(self, account_id: UserId) -> Account:
        return found_account(await self._uow.connection.fetchrow(LOCK_BY_ID, account_id))

    async def save(self, account: Account) -> None:
        await self._uow.connection.execute(SAVE, account.id, account.password_hash, sorted(account.roles))
        await self._outbox.add(account.pull_events())

    async def rehash(self, account_id: UserId, old: str, new: str) -> bool:
        done: str = await self._uow.connection.execute(REHASH, account_id, old, new)
        return done == "UPDATE 1"


def found_account(row: asyncpg.Record | None) -> Account:
    """Of a row of `SELECT`. Raises `NotFound` without one."""
    if row is None:
        raise NotFound("there is no such account")
    return _account(row)


def _account(row: asyncpg.Record) -> Account:
    return Account(
        id=UserId(row["id"]),
        email=EmailAddress(row["email"], row["email_key"]),
        password_hash=row["password_hash"],
        created_at=row["created_at"],
        email_verified=row["email_verified"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        phone_number=row["phone_number"],
        marketing_opt_in=row["marketing_opt_in"],
        mfa_enabled=row["mfa_enabled"],
        roles=frozenset(row["roles"]),
    )
