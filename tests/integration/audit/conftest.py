"""An audit log in a database of its own, and somebody who can do anything to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.audit_chain import PgAuditChain
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.audit.ports import Head
from ecommerce.application.audit.verify_chain import Verification, VerifyChain
from ecommerce.application.shared.actor import Actor

SYSTEM = Actor.system("test")


@dataclass
class Log:
    url: str
    database: Database

    async def write(self, number: int = 0, *, more: int = 0) -> None:
        uow = PgUnitOfWork(self.database, Doorbell(self.database))
        log = PgAuditLog(uow)
        async with uow.begin():
            for each in range(1 + more):
                await log.record(SYSTEM, "tests.done", f"thing:{number}", None, {"n": each})

    async def fill(self, entries: int = 5) -> None:
        for number in range(entries):
            await self.write(number)

    async def verify(self, *published: Head) -> Verification:
        return await VerifyChain(PgAuditChain(self.database))(published)

    async def head(self) -> Head:
        return await PgAuditChain(self.database).head()

    async def tamper(self, *statements: str) -> None:
        """As somebody who owns the tables: without the triggers."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute("SET session_replication_role = replica")
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[Log]:
    database = Database(database_url, Bounds(pool_size=10))
    await database.open()
    yield Log(database_url, database)
    await asyncio.sleep(0)
    await database.close()
