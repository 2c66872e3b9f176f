"""The ports of identity, kept by the fakes and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ecommerce.adapters.memory.identity import (
    MemoryAccounts,
    MemoryAddressEntries,
    MemoryCustomerGroups,
    MemoryProfiles,
    MemorySessions,
)
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.identity.accounts import PgAccounts
from ecommerce.adapters.postgres.identity.address_book import SqlAddressBook, SqlAddressEntries
from ecommerce.adapters.postgres.identity.customer_groups import PgCustomerGroups
from ecommerce.adapters.postgres.identity.profiles import SqlProfiles
from ecommerce.adapters.postgres.identity.sessions import PgSessions
from ecommerce.adapters.postgres.outbox import PgOutbox
from ecommerce.adapters.postgres.sql_unit_of_work import ReadSession, SqlUnitOfWork
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.identity.contracts import AddressBook
from ecommerce.application.identity.ports import (
    Accounts,
    AddressEntries,
    CustomerGroups,
    PlainUnitOfWork,
    Profiles,
    Sessions,
)
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.ids import UserId


@dataclass
class Ports:
    uow: UnitOfWork
    plain_uow: PlainUnitOfWork
    accounts: Accounts
    sessions: Sessions
    profiles: Profiles
    entries: AddressEntries
    book: AddressBook
    groups: CustomerGroups

    async def somebody(self, email: str = "ada@example.com") -> Account:
        account = new_account(email)
        async with self.uow.begin():
            assert await self.accounts.add(account) is None
        return account


def new_account(email: str = "ada@example.com") -> Account:
    return Account.register(
        UserId(Uuid7Ids().new()),
        EmailAddress(email, email.lower()),
        "a hash",
        datetime.now(UTC),
        first_name="Ada",
        verify=False,
    )


@pytest.fixture
def memory() -> Ports:
    uow = MemoryUnitOfWork()
    accounts = MemoryAccounts(MemoryOutbox(uow))
    entries = MemoryAddressEntries(accounts)
    sessions = MemorySessions(accounts)
    groups = MemoryCustomerGroups(accounts)
    return Ports(uow, uow, accounts, sessions, MemoryProfiles(accounts), entries, entries, groups)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Ports]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    reading = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with (
        AsyncSession(database.engine, expire_on_commit=False) as session,
        AsyncSession(reading, expire_on_commit=False) as reads,
    ):
        yield Ports(
            uow,
            SqlUnitOfWork(session),
            PgAccounts(database, uow, PgOutbox(uow)),
            PgSessions(uow),
            SqlProfiles(session, ReadSession(reads)),
            SqlAddressEntries(session, ReadSession(reads)),
            SqlAddressBook(ReadSession(reads)),
            PgCustomerGroups(database, uow),
        )
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest) -> Ports:
    return cast(Ports, request.getfixturevalue(request.param))
