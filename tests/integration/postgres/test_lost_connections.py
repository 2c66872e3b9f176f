"""The server ends a connection in the middle of what it is used for."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.domain.shared.kernel import Unavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Bounds(pool_size=1))
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def test_a_transaction_whose_connection_is_ended_is_unavailable_and_the_next_one_works(
    database: Database, database_url: str
) -> None:
    other = await asyncpg.connect(database_url)
    try:
        for _ in range(20):
            with pytest.raises(Unavailable):
                async with database.acquire() as connection, connection.transaction():
                    pid = await connection.fetchval("SELECT pg_backend_pid()")
                    sleeping = asyncio.create_task(connection.execute("SELECT pg_sleep(5)"))
                    await other.execute("SELECT pg_terminate_backend($1)", pid)
                    await sleeping
            assert await database.fetch_row("SELECT 1") is not None
    finally:
        await other.close()


async def test_a_connection_after_the_servers_last_word_is_not_used_again(database: Database) -> None:
    """The driver hears that the server ends it, and is asked for more before it sees the socket close."""
    with pytest.raises(Unavailable):
        async with database.acquire() as connection:
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            raise asyncpg.InternalClientError("another operation (2) is in progress")

    row = await database.fetch_row("SELECT pg_backend_pid() AS pid")
    assert row is not None
    assert row["pid"] != pid


async def test_one_that_has_gone_back_to_the_pool_by_itself_is_told_as_lost(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.borrow() as connection:
            connection.terminate()  # as the driver does when it hears that the server is gone
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
    assert await database.fetch_row("SELECT 1") is not None
