"""A demo catalogue in a database of its own, made once for many tests that only read it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from ecommerce.adapters.postgres.catalog.documents.rebuild import rebuild
from ecommerce.adapters.postgres.catalog.reads.products import PgProductQueries
from ecommerce.adapters.postgres.catalog.reads.render import Renderer
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.entrypoints.bootstrap.seeding import seed_shop
from tests.conftest import PostgresServer

ORIGIN = "http://shop.test"


@contextmanager
def demo_database(server: PostgresServer, products: int, media: Path | None = None) -> Iterator[str]:
    """Its URL. To be used outside a running loop."""
    name = f"demo_{secrets.token_hex(6)}"
    asyncio.run(server.create(name))
    url = server.database_url(name)
    asyncio.run(_seed(url, products, media))
    yield url
    asyncio.run(server.run(f"DROP DATABASE {name} WITH (FORCE)"))


async def _seed(url: str, products: int, media: Path | None) -> None:
    async with opened(url) as database:
        await seed_shop(database, products=products, media=media)


@asynccontextmanager
async def opened(url: str, log: list[str] | None = None) -> AsyncIterator[Database]:
    """`log` gets the text of each statement."""
    on_query = None if log is None else lambda record: log.append(record.query)
    database = Database(url, Bounds(statement_timeout=60, command_timeout=60), on_query=on_query)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def queries(database: Database) -> PgProductQueries:
    """Fresh ones: nothing is remembered from before."""
    return PgProductQueries(database, Renderer(ORIGIN, tax_included=False))


async def execute(url: str, sql: str, *arguments: object) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql, *arguments)
    await connection.close()


async def reindex(database: Database) -> None:
    """Every product's documents, as a write of each would leave them."""
    async with database.acquire() as connection, connection.transaction():
        rows = await connection.fetch("SELECT id FROM product")
        await rebuild(connection, [row["id"] for row in rows])
