"""Connections that are kept between requests: never one that is broken, and never more than there may be."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.domain.shared.kernel import Unavailable

pytestmark = pytest.mark.anyio
PID = "SELECT pg_backend_pid() AS pid"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Bounds(pool_size=2, pool_timeout=0.5))
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def pid_of(database: Database) -> int:
    row = await database.fetch_row(PID)
    assert row is not None
    return int(row["pid"])


async def test_the_one_used_last_is_used_again(database: Database) -> None:
    assert len({await pid_of(database) for _ in range(5)}) == 1


async def test_one_that_was_ended_meanwhile_is_not_handed_out(database: Database, database_url: str) -> None:
    ended = await pid_of(database)
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_terminate_backend($1)", ended)
    await other.close()
    await asyncio.sleep(0.1)

    assert await pid_of(database) != ended


async def test_who_waits_gets_the_next_that_is_put_back(database: Database) -> None:
    await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.02)") for _ in range(20)))

    assert await pid_of(database)


async def test_one_that_is_kept_at_hand_serves_who_holds_one_for_long(database: Database) -> None:
    await asyncio.gather(pid_of(database), pid_of(database))

    async with database.acquire(), database.acquire():
        with pytest.raises(Unavailable):
            await pid_of(database)
    assert await pid_of(database)


async def test_a_failed_statement_leaves_no_transaction_behind(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with database.borrow() as connection, connection.transaction():
                await connection.execute("SELECT 1/0")
    row = await database.fetch_row("SELECT pg_current_xact_id_if_assigned() IS NULL AS none, now() AS at")
    assert row is not None
    assert row["none"]


async def test_a_cancelled_statement_gives_its_connection_back(database: Database) -> None:
    sleeping = [asyncio.create_task(database.fetch("SELECT pg_sleep(5)")) for _ in range(2)]
    await asyncio.sleep(0.1)
    for task in sleeping:
        task.cancel()
    await asyncio.gather(*sleeping, return_exceptions=True)

    assert await asyncio.gather(pid_of(database), pid_of(database))
