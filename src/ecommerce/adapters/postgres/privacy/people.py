"""Accounts that are looked into, or closed."""

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.privacy.data import UNDER_WAY
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.privacy.ports import ClosingAccount, Subject
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

ID = "SELECT id FROM account WHERE email_key = $1 AND closed_at IS NULL"
_SUBJECT = """
SELECT id AS account_id, email, email_verified AS verified, now() AS until FROM account
WHERE id = $1 AND closed_at IS NULL
"""
LOCK = _SUBJECT + "FOR UPDATE"
# As everywhere: the cart before what belongs to it. One that is being placed at this moment is an order then.
NO_CART = "DELETE FROM cart WHERE account_id = $1 AND status = 'open'"
ROLES = "SELECT roles FROM account WHERE id = $1"
CLOSE = "UPDATE account SET closed_at = now(), updated_at = now() WHERE id = $1"


class PgPeople:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def id_of(self, email_key: str) -> UserId:
        row = await self._database.fetch_row(ID, email_key)
        if row is None:
            raise NotFound("there is no such account")
        return UserId(row["id"])

    async def subject(self, account_id: UserId) -> Subject:
        return await self._subject(_SUBJECT, account_id)

    async def lock_to_close(self, account_id: UserId) -> ClosingAccount:
        connection = self._uow.connection
        await connection.execute(NO_CART, account_id)
        subject = await self._subject(LOCK, account_id)
        roles = await connection.fetchval(ROLES, account_id)
        rows = await connection.fetch(
            UNDER_WAY, account_id, subject.proven_email, subject.until, subject.pseudonym
        )
        return ClosingAccount(
            subject=subject, roles=frozenset(roles), orders_under_way=[row["number"] for row in rows]
        )

    async def close(self, account_id: UserId) -> None:
        await self._uow.connection.execute(CLOSE, account_id)

    async def _subject(self, sql: str, account_id: UserId) -> Subject:
        row = await self._uow.connection.fetchrow(sql, account_id)
        if row is None:
            raise NotFound("there is no such account")
        return Subject(**dict(row))
