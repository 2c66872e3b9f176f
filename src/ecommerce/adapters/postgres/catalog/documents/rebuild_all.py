"""The whole read model: made anew beside a running shop, made in bulk for an empty one, or compared."""

from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID

from ecommerce.adapters.postgres.catalog.documents import upkeep
from ecommerce.adapters.postgres.catalog.documents.rebuild import rebuild, write
from ecommerce.adapters.postgres.database import Connection, Database

Progress = Callable[[int, int], None]
_CHUNK = 500
_BULK_CHUNK = 10_000
_TABLES = ("product_doc", "product_listing", "product_page", "product_search")
_DERIVED = "product_doc, product_listing, product_page, product_search, facet, search_term"
_MINUTES = "SET LOCAL statement_timeout = 0"

NEXT_IDS = "SELECT id FROM product WHERE id > $1 ORDER BY id LIMIT $2"
ORPHANS = """
SELECT product_id FROM product_doc d WHERE NOT EXISTS (SELECT FROM product p WHERE p.id = d.product_id)
UNION
SELECT product_id FROM product_page d WHERE NOT EXISTS (SELECT FROM product p WHERE p.id = d.product_id)
"""
INDEXES = """
SELECT i.indexname AS name, i.indexdef AS definition
FROM pg_indexes i
WHERE i.schemaname = current_schema() AND i.tablename = ANY($1::text[]) AND i.indexname NOT LIKE 'pk\\_%'
ORDER BY i.indexname
"""


class PgCatalogueIndex:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def rebuild(self, progress: Progress) -> int:
        """Chunk by chunk, each in a transaction of its own: readers notice nothing."""
        done = 0
        async with self._database.acquire() as connection:
            total: int = await connection.fetchval("SELECT count(*) FROM product")
            async for ids in _chunks(connection, _CHUNK):
                async with connection.transaction():
                    await rebuild(connection, ids)
                done += len(ids)
                progress(done, total)
            async with connection.transaction():
                await connection.execute(_MINUTES)
                orphans = [row["product_id"] for row in await connection.fetch(ORPHANS)]
                await rebuild(connection, orphans)
                await connection.execute(upkeep.NAMES)
        return done

    async def verify(self) -> int:
        """How many products are listed that should not be, or not listed that should, or of another price."""
        async with self._database.acquire() as connection, connection.transaction():
            await connection.execute(_MINUTES)
            wrong: int = await connection.fetchval(upkeep.WRONG)
        return wrong


async def rebuild_in_bulk(connection: Connection, progress: Progress) -> None:
    """Inside the transaction that filled an empty shop: nobody reads, so indexes are made last."""
    for setting in ("work_mem = '64MB'", "maintenance_work_mem = '256MB'", "random_page_cost = 1.1"):
        await connection.execute(f"SET LOCAL {setting}")
    await connection.execute(f"TRUNCATE {_DERIVED}")
    indexes = await connection.fetch(INDEXES, list(_TABLES))
    for index in indexes:
        await connection.execute(f'DROP INDEX "{index["name"]}"')
    done = 0
    total: int = await connection.fetchval("SELECT count(*) FROM product")
    async for ids in _chunks(connection, _BULK_CHUNK):
        await write(connection, ids)
        done += len(ids)
        progress(done, total)
    for index in indexes:
        await connection.execute(index["definition"])
    scopes = await connection.fetch("SELECT id FROM listing_scope")
    await connection.execute(upkeep.COUNTS, [row["id"] for row in scopes])
    await connection.execute(upkeep.NAMES)


async def _chunks(connection: Connection, size: int) -> AsyncIterator[Sequence[UUID]]:
    last = UUID(int=0)
    while ids := [row["id"] for row in await connection.fetch(NEXT_IDS, last, size)]:
        yield ids
        last = ids[-1]
