"""How a process hears of sessions that ended elsewhere, also when its line to PostgreSQL is cut."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.identity.ended_sessions import PgEndedSessions
from ecommerce.domain.shared.kernel import Unavailable
from tests.integration.identity.identity_shop import OpenShop, bearer, register

pytestmark = pytest.mark.anyio

END = """
UPDATE session SET revoked_at = now(), revoked_by = 'logout';
UPDATE refresh_token SET spent_at = now()
"""
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
CUT += " AND datname = current_database()"


@pytest.fixture
async def watched(database_url: str) -> AsyncIterator[tuple[Database, PgEndedSessions]]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    ended = PgEndedSessions(database)
    ended.start()
    yield database, ended
    await ended.stop()
    await database.close()


async def test_a_cut_line_is_no_hiding_place(open_shop: OpenShop, database: asyncpg.Connection) -> None:
    client = await open_shop()
    signed_in = await register(client)
    assert (await client.get("/api/v1/users/me", headers=bearer(signed_in))).status_code == 200
    await database.execute(CUT)
    await database.execute(END)
    await asyncio.sleep(1)
    assert (await client.get("/api/v1/users/me", headers=bearer(signed_in))).status_code == 401


async def test_asking_costs_no_round_trip_while_the_line_is_up(
    watched: tuple[Database, PgEndedSessions],
) -> None:
    database, ended = watched
    await asyncio.sleep(0.3)
    asked: list[object] = []
    async with database.acquire() as one, database.acquire() as two:
        for connection in (one, two):
            connection.add_query_logger(asked.append)
        assert not any([await ended.holds(uuid4()) for _ in range(1000)])
    assert asked == []


async def test_when_nobody_can_tell_it_says_so() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", Bounds(connect_timeout=1, pool_timeout=1))
    await database.open()
    ended = PgEndedSessions(database)
    ended.start()
    with pytest.raises(Unavailable):
        await ended.holds(uuid4())
    await ended.stop()
    await database.close()


async def test_a_session_that_is_unknown_has_ended(database_url: str) -> None:
    database = Database(database_url, Bounds(pool_size=1))
    await database.open()
    assert await PgEndedSessions(database).holds(uuid4())
    await database.close()
