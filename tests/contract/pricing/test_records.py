"""What any store of records promises, kept by the fake and by PostgreSQL alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

import msgspec
import pytest

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.records import PgRecords
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.records import Definition, Edge, Record, Records
from ecommerce.domain.shared.kernel import NotFound, StaleVersion

pytestmark = pytest.mark.anyio


class Rule(Definition, frozen=True, kw_only=True):
    amounts: dict[str, int] = msgspec.field(default_factory=dict)


@dataclass
class Ports:
    uow: UnitOfWork
    records: Records[Rule]
    audit: AuditLog
    database: Database | None = None

    async def add(self, name: str, **amounts: int) -> Record[Rule]:
        async with self.uow.begin():
            return await self.records.add(Uuid7Ids().new(), Rule(name=name, amounts=amounts))

    async def names(self, size: int, offset: int = 0, edge: Edge | None = None) -> list[str]:
        listed = await self.records.page(size, offset, edge)
        return [each.definition.name for each in listed.records]


@pytest.fixture
def memory() -> Ports:
    uow = MemoryUnitOfWork()
    return Ports(uow, MemoryRecords(uow, "promotion"), MemoryAuditLog())


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Ports]:
    """Promotions are the kind that isn't deleted but put away."""
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Ports(uow, PgRecords(database, uow, Rule, "promotion", archives=True), PgAuditLog(uow), database)
    await database.close()


@pytest.fixture
async def deleting(database_url: str) -> AsyncIterator[Ports]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Ports(uow, PgRecords(database, uow, Rule, "tax_zone"), PgAuditLog(uow), database)
    await database.close()


@pytest.fixture(params=["memory", "postgres", "deleting"])
def ports(request: pytest.FixtureRequest) -> Ports:
    return cast(Ports, request.getfixturevalue(request.param))


async def test_what_was_added_is_got(ports: Ports) -> None:
    added = await ports.add("Ten off", USD=1_000)

    assert added.version == 1
    assert added.created_at == added.updated_at
    assert added.definition == Rule(name="Ten off", amounts={"USD": 1_000})
    assert await ports.records.get(added.id) == added


async def test_what_was_replaced_has_the_next_version(ports: Ports) -> None:
    added = await ports.add("Ten off", USD=1_000)
    async with ports.uow.begin():
        replaced = await ports.records.replace(added.id, 1, Rule(name="Five off"))

    assert (replaced.version, replaced.definition) == (2, Rule(name="Five off"))
    assert replaced.created_at == added.created_at
    assert replaced.updated_at >= added.updated_at
    assert await ports.records.get(added.id) == replaced


async def test_any_version_may_be_meant(ports: Ports) -> None:
    added = await ports.add("Ten off")
    for name in ("Nine off", "Eight off"):
        async with ports.uow.begin():
            await ports.records.replace(added.id, None, Rule(name=name))

    assert (await ports.records.get(added.id)).version == 3
    async with ports.uow.begin():
        await ports.records.remove(added.id, None)


async def test_an_overtaken_version_is_refused(ports: Ports) -> None:
    added = await ports.add("Ten off")
    async with ports.uow.begin():
        await ports.records.replace(added.id, 1, Rule(name="Five off"))

    with pytest.raises(StaleVersion):
        async with ports.uow.begin():
            await ports.records.replace(added.id, 1, Rule(name="Free"))
    with pytest.raises(StaleVersion):
        async with ports.uow.begin():
            await ports.records.remove(added.id, 1)
    assert (await ports.records.get(added.id)).definition.name == "Five off"


async def test_what_was_removed_is_nowhere(ports: Ports) -> None:
    kept, gone = await ports.add("Kept"), await ports.add("Gone")
    async with ports.uow.begin():
        await ports.records.remove(gone.id, 1)

    assert await ports.names(10) == ["Kept"]
    assert (await ports.records.page(10)).count == 1
    with pytest.raises(NotFound):
        await ports.records.get(gone.id)
    async with ports.uow.begin():
        assert await ports.records.among([gone.id]) is None
        assert list(await ports.records.lock_all()) == [kept]
        with pytest.raises(NotFound):
            await ports.records.lock(gone.id)
        with pytest.raises(NotFound):
            await ports.records.replace(gone.id, None, Rule(name="Back"))
        with pytest.raises(NotFound):
            await ports.records.remove(gone.id, None)


async def test_what_never_was_is_absent(ports: Ports) -> None:
    with pytest.raises(NotFound, match="there is no such"):
        await ports.records.get(uuid4())


async def test_one_among_several_ids_is_found(ports: Ports) -> None:
    added = await ports.add("Ten off")
    async with ports.uow.begin():
        assert await ports.records.among([uuid4(), added.id]) == added
        assert await ports.records.among([]) is None


async def test_a_list_is_walked_both_ways(ports: Ports) -> None:
    for name in "abcde":
        await ports.add(name)

    first = await ports.records.page(2)
    assert [each.definition.name for each in first.records] == ["e", "d"]
    assert (first.count, first.before, first.after) == (5, False, True)

    second = await ports.records.page(2, edge=_edge(first.records[-1]))
    assert [each.definition.name for each in second.records] == ["c", "b"]
    assert (second.before, second.after) == (True, True)

    last = await ports.records.page(2, edge=_edge(second.records[-1]))
    assert [each.definition.name for each in last.records] == ["a"]
    assert (last.before, last.after) == (True, False)

    back = await ports.records.page(2, edge=_edge(last.records[0], backwards=True))
    assert [each.definition.name for each in back.records] == ["c", "b"]
    assert (back.before, back.after) == (True, True)

    start = await ports.records.page(2, edge=_edge(back.records[0], backwards=True))
    assert [each.definition.name for each in start.records] == ["e", "d"]
    assert (start.before, start.after) == (False, True)


async def test_a_list_is_entered_anywhere(ports: Ports) -> None:
    for name in "abcde":
        await ports.add(name)

    assert await ports.names(2, offset=2) == ["c", "b"]
    listed = await ports.records.page(2, offset=4)
    assert (len(listed.records), listed.before, listed.after) == (1, True, False)
    assert await ports.names(2, offset=6) == []


async def test_an_edge_holds_when_its_record_is_gone(ports: Ports) -> None:
    added = [await ports.add(name) for name in "abc"]
    async with ports.uow.begin():
        await ports.records.remove(added[1].id, None)

    assert await ports.names(5, edge=_edge(added[1])) == ["a"]
    assert await ports.names(5, edge=_edge(added[1], backwards=True)) == ["c"]


async def test_an_empty_list_has_nothing_around_it(ports: Ports) -> None:
    listed = await ports.records.page(5)

    assert (list(listed.records), listed.count, listed.before, listed.after) == ([], 0, False, False)


async def test_nothing_is_written_outside_a_unit_of_work(ports: Ports) -> None:
    with pytest.raises(RuntimeError):
        await ports.records.add(uuid4(), Rule(name="Free"))
    with pytest.raises(RuntimeError):
        await ports.records.lock_all()


async def test_a_change_moves_the_revision_of_all_rules(deleting: Ports) -> None:
    async def revision() -> int:
        assert deleting.database is not None
        row = await deleting.database.fetch_row("SELECT revision FROM pricing_revision")
        assert row is not None
        return int(row["revision"])

    seen = [await revision()]
    added = await deleting.add("Germany")
    seen.append(await revision())
    async with deleting.uow.begin():
        await deleting.records.replace(added.id, None, Rule(name="France"))
    seen.append(await revision())
    async with deleting.uow.begin():
        await deleting.records.remove(added.id, None)
    seen.append(await revision())

    assert seen == sorted(set(seen))


async def test_of_many_who_replace_one_version_one_wins(deleting: Ports) -> None:
    database = deleting.database
    assert database is not None
    added = await deleting.add("Ten off")

    async def one(name: str) -> str:
        uow = PgUnitOfWork(database, Doorbell(database))
        try:
            async with uow.begin():
                await PgRecords(database, uow, Rule, "tax_zone").replace(added.id, 1, Rule(name=name))
        except StaleVersion:
            return "stale"
        return "won"

    outcomes = await asyncio.gather(*(one(f"Rule {n}") for n in range(8)))

    assert sorted(outcomes) == ["stale"] * 7 + ["won"]


def _edge(record: Record[Rule], *, backwards: bool = False) -> Edge:
    return Edge(record.created_at, UUID(str(record.id)), backwards)
