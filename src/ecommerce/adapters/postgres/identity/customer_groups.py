"""Which groups customers are in: a column of their account."""

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.domain.identity.customer_groups import Membership
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

BY_ID = "SELECT id, email, customer_groups FROM account WHERE id = $1"
BY_KEY = "SELECT id, email, customer_groups FROM account WHERE email_key = $1"
LOCK = " FOR NO KEY UPDATE"
SAVE = "UPDATE account SET customer_groups = $2, updated_at = now() WHERE id = $1"


class PgCustomerGroups:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def find(self, customer: UserId | str) -> Membership:
        return _membership(await self._database.fetch_row(_by(customer), customer))

    async def lock(self, customer: UserId | str) -> Membership:
        return _membership(await self._uow.connection.fetchrow(_by(customer) + LOCK, customer))

    async def save(self, membership: Membership) -> None:
        await self._uow.connection.execute(SAVE, membership.account_id, sorted(membership.groups))


def _by(customer: UserId | str) -> str:
    return BY_KEY if isinstance(customer, str) else BY_ID


def _membership(row: asyncpg.Record | None) -> Membership:
    if row is None:
        raise NotFound("there is no such account")
    return Membership(UserId(row["id"]), row["email"], frozenset(row["customer_groups"]))
