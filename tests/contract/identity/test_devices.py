"""What any view of sessions, and any memory of devices, promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest

from ecommerce.adapters.memory.devices import MemoryKnownDevices, MemorySessionQueries
from ecommerce.adapters.memory.identity import MemorySessions
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.identity.devices import PgKnownDevices, PgSessionQueries
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.identity.devices import KnownDevices, SessionPosition, SessionQueries
from ecommerce.application.identity.ports import Device
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.session import EndedBy
from tests.contract.identity.conftest import Ports

pytestmark = pytest.mark.anyio

DEVICE = Device(name="phone", user_agent="Browser/1", address="192.0.2.1")
A_DAY = timedelta(days=1)


@dataclass
class Devices:
    ports: Ports
    queries: SessionQueries
    known: KnownDevices

    async def opened(self, account: Account, device: Device = DEVICE, lifetime: timedelta = A_DAY) -> UUID:
        session_id = Uuid7Ids().new()
        async with self.ports.uow.begin():
            await self.ports.sessions.open(session_id, account, device, session_id.bytes, lifetime)
        return session_id

    async def ended(self, *session_ids: UUID) -> None:
        async with self.ports.uow.begin():
            await self.ports.sessions.end(session_ids, EndedBy.LOGOUT)

    async def listed(
        self, account: Account, size: int = 10, position: SessionPosition | None = None, offset: int = 0
    ) -> tuple[list[UUID], int, bool]:
        page = await self.queries.of_account(account.id, size, position, offset, 4)
        return [each.id for each in page.sessions], page.count, page.more


@pytest.fixture
def in_memory(memory: Ports) -> Devices:
    sessions = cast(MemorySessions, memory.sessions)
    return Devices(memory, MemorySessionQueries(sessions), MemoryKnownDevices(sessions))


@pytest.fixture
async def in_postgres(postgres: Ports, database_url: str) -> AsyncIterator[Devices]:
    database = Database(database_url, Bounds(pool_size=2))
    await database.open()
    yield Devices(postgres, PgSessionQueries(database), PgKnownDevices(database))
    await database.close()


@pytest.fixture(params=["in_memory", "in_postgres"])
def devices(request: pytest.FixtureRequest) -> Devices:
    return cast(Devices, request.getfixturevalue(request.param))


async def test_only_sessions_of_ones_own_that_go_on_are_listed(devices: Devices) -> None:
    ada, grace = await devices.ports.somebody(), await devices.ports.somebody("grace@example.com")
    assert await devices.listed(ada) == ([], 0, False)
    first, over = await devices.opened(ada), await devices.opened(ada)
    await devices.opened(grace)
    await devices.opened(ada, lifetime=timedelta(0))  # nothing can refresh it any more
    last = await devices.opened(ada, Device(name=None, user_agent=None, address=None))
    await devices.ended(over)
    assert await devices.listed(ada) == ([last, first], 2, False)
    newest, oldest = (await devices.queries.of_account(ada.id, 10, None, 0, 4)).sessions
    assert (newest.device.name, newest.device.user_agent, newest.device.address) == (None, None, None)
    assert oldest.device == DEVICE
    assert oldest.last_seen_at == oldest.created_at


async def test_a_refresh_is_a_sight_of_the_device(devices: Devices) -> None:
    ada = await devices.ports.somebody()
    session_id = await devices.opened(ada)
    async with devices.ports.uow.begin():
        await devices.ports.sessions.rotate(session_id, session_id.bytes, b"next", A_DAY)
    (seen,) = (await devices.queries.of_account(ada.id, 10, None, 0, 4)).sessions
    assert seen.last_seen_at > seen.created_at


async def test_pages_go_both_ways(devices: Devices) -> None:
    ada = await devices.ports.somebody()
    ids = [await devices.opened(ada) for _ in range(6)][::-1]
    assert await devices.listed(ada, 2) == (ids[:2], 5, True)  # counted to one beyond the most
    assert await devices.listed(ada, 2, offset=4) == (ids[4:], 5, False)
    assert await devices.listed(ada, 2, offset=9) == ([], 5, False)
    rows = (await devices.queries.of_account(ada.id, 10, None, 0, 4)).sessions

    def at(index: int, *, backwards: bool = False) -> SessionPosition:
        row = rows[index]
        return SessionPosition(created_at=row.created_at, session_id=row.id, backwards=backwards)

    assert await devices.listed(ada, 2, at(1)) == (ids[2:4], 5, True)
    assert await devices.listed(ada, 2, at(3)) == (ids[4:], 5, False)
    assert await devices.listed(ada, 2, at(4, backwards=True)) == (ids[2:4], 5, True)
    assert await devices.listed(ada, 2, at(2, backwards=True)) == (ids[:2], 5, False)


async def test_one_session_ends_for_its_owner_alone(devices: Devices) -> None:
    ada, grace = await devices.ports.somebody(), await devices.ports.somebody("grace@example.com")
    mine, other = await devices.opened(ada), await devices.opened(ada)
    sessions = devices.ports.sessions
    for account, session_id, ends in (
        (grace, mine, False),
        (ada, Uuid7Ids().new(), False),
        (ada, mine, True),
        (ada, mine, False),
    ):
        async with devices.ports.uow.begin():
            assert await sessions.end_one(account.id, session_id, EndedBy.OWNER) is ends
    async with devices.ports.uow.begin():
        held = await sessions.lock_by_token(mine.bytes)
    assert held is not None
    assert held.ended_by is EndedBy.OWNER
    assert held.spent_at is not None
    assert (await devices.listed(ada))[0] == [other]


async def test_all_end_but_the_one_to_keep(devices: Devices) -> None:
    ada, grace = await devices.ports.somebody(), await devices.ports.somebody("grace@example.com")
    ids = [await devices.opened(ada) for _ in range(3)]
    hers = await devices.opened(grace)
    async with devices.ports.uow.begin():
        over = await devices.ports.sessions.end_all(ada.id, EndedBy.OWNER, keep=ids[1])
    assert sorted(over) == sorted([ids[0], ids[2]])
    assert (await devices.listed(ada))[0] == [ids[1]]
    assert (await devices.listed(grace))[0] == [hers]


async def test_a_device_is_known_by_address_and_user_agent_to_its_account(devices: Devices) -> None:
    ada = await devices.ports.somebody()
    await devices.ports.somebody("grace@example.com")
    await devices.ended(await devices.opened(ada))
    await devices.opened(ada, Device(name=None, user_agent=None, address="192.0.2.9"))
    knows = devices.known.knows
    assert await knows("ada@example.com", "192.0.2.1", "Browser/1")
    assert not await knows("ada@example.com", "192.0.2.2", "Browser/1")
    assert not await knows("ada@example.com", "192.0.2.1", "Browser/2")
    assert not await knows("ada@example.com", "192.0.2.9", "")
    assert not await knows("grace@example.com", "192.0.2.1", "Browser/1")
    assert not await knows("nobody@example.com", "192.0.2.1", "Browser/1")
    assert not await knows("", "192.0.2.1", "Browser/1")
