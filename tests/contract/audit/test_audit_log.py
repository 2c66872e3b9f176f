"""The audit log as it is written, read and sealed, by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pytest

from ecommerce.adapters.memory.audit_chain import MemoryAuditTrail
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.audit_chain import PgAuditChain
from ecommerce.adapters.postgres.audit_entries import PgAuditEntries
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.audit.ports import AuditChain, AuditEntries, AuditFilter, Head
from ecommerce.application.audit.verify_chain import VerifyChain
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.listing import Place
from ecommerce.application.shared.ports import UnitOfWork

pytestmark = pytest.mark.anyio
ANY = AuditFilter()
ADA, BOB = Actor(label="staff:ada"), Actor(label="staff:bob")


@dataclass
class Log:
    uow: UnitOfWork
    log: AuditLog
    entries: AuditEntries
    chain: AuditChain

    async def write(self, actor: Actor, action: str, target: str) -> None:
        async with self.uow.begin():
            await self.log.record(actor, action, target, None, {"text": 'a "quote"\n\t\\ é €', "n": [1, 2.5]})

    async def targets(
        self, wanted: AuditFilter = ANY, place: Place | None = None, size: int = 10
    ) -> list[str]:
        return [each.target for each in (await self.entries.page(size, 0, place, wanted)).rows]


@pytest.fixture
def memory() -> Log:
    trail = MemoryAuditTrail()
    return Log(MemoryUnitOfWork(), trail, trail, trail)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Log]:
    database = Database(database_url, Bounds(pool_size=2))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Log(uow, PgAuditLog(uow), PgAuditEntries(database), PgAuditChain(database))
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def log(request: pytest.FixtureRequest) -> Log:
    return cast(Log, request.getfixturevalue(request.param))


async def test_entries_are_found_by_who_what_and_when(log: Log) -> None:
    for actor, action, target in (
        (ADA, "tests.opened", "thing:1"),
        (BOB, "tests.opened", "thing:2"),
        (ADA, "tests.closed", "thing:1"),
    ):
        await log.write(actor, action, target)
    (newest, middle, oldest) = (await log.entries.page(10, 0, None, ANY)).rows
    assert newest.after == {"text": 'a "quote"\n\t\\ é €', "n": [1, 2.5]}
    assert (newest.actor, newest.action, newest.before) == ("staff:ada", "tests.closed", None)
    assert await log.targets(AuditFilter(actor="staff:ada")) == ["thing:1", "thing:1"]
    assert await log.targets(AuditFilter(action="tests.opened")) == ["thing:2", "thing:1"]
    assert await log.targets(AuditFilter(target="thing:2", actor="staff:ada")) == []
    assert await log.targets(AuditFilter(since=middle.at)) == ["thing:1", "thing:2"]
    assert await log.targets(AuditFilter(until=middle.at)) == ["thing:1"]
    far: datetime = oldest.at - timedelta(days=400)
    assert await log.targets(AuditFilter(until=far)) == []


async def test_entries_are_walked_both_ways(log: Log) -> None:
    for number in range(5):
        await log.write(ADA if number % 2 else BOB, "tests.done", f"thing:{number}")
    ids = [str(each.number) for each in (await log.entries.page(10, 0, None, ANY)).rows]
    assert await log.targets(place=Place([ids[1]]), size=2) == ["thing:2", "thing:1"]
    assert await log.targets(place=Place([ids[4]], backwards=True), size=2) == ["thing:2", "thing:1"]
    only = AuditFilter(actor="staff:ada")
    part = await log.entries.page(1, 0, None, only)
    assert ([each.target for each in part.rows], part.count, part.before, part.after) == (
        ["thing:3"],
        2,
        False,
        True,
    )
    assert await log.targets(only, Place([str(part.rows[0].number)])) == ["thing:1"]


async def test_every_entry_is_sealed(log: Log) -> None:
    assert await log.chain.head() == Head(0, "0" * 64)
    heads = []
    for number in range(3):
        await log.write(ADA, "tests.done", f"thing:{number}")
        heads.append(await log.chain.head())
    assert [head.seq for head in heads] == [1, 2, 3]
    found = await VerifyChain(log.chain)(heads)
    assert (found.entries, found.head, found.broken) == (3, str(heads[-1]), None)
