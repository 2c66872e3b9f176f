"""Makes the read model of products anew: a few set-based statements for any number of them."""

from collections.abc import Sequence
from uuid import UUID

from ecommerce.adapters.postgres.catalog.documents import pages, upkeep, words
from ecommerce.adapters.postgres.database import Connection
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork

_WRITE = (pages.LISTINGS, pages.PAGES, words.FACETS, words.SEARCH)


class PgProductDocuments:
    """Of the unit of work that changed the products, so that its reader sees what its writer wrote."""

    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def rebuild(self, product_ids: Sequence[UUID]) -> None:
        await rebuild(self._uow.connection, product_ids)


async def rebuild(connection: Connection, product_ids: Sequence[UUID]) -> None:
    """Inside a transaction. The products' rows stay locked until it ends: of two rebuilds the later one
    sees all that the earlier one saw.
    """
    ids = list(product_ids)
    await connection.execute(pages.LOCK, ids)
    for forget in pages.FORGET:
        await connection.execute(forget, ids)
    left = await connection.fetch(pages.FORGET_LISTINGS, ids)
    await write(connection, ids)
    entered = await connection.fetch(words.ENTERED, ids)
    scopes = sorted({row["scope"] for row in [*left, *entered]})
    await connection.execute(upkeep.COUNTS, scopes)


async def write(connection: Connection, ids: Sequence[UUID]) -> None:
    """Write the documents of products that have none."""
    lists = await connection.fetch(pages.SCOPES, ids)
    for statement in _WRITE:
        await connection.execute(statement, ids)
    for new in lists:
        if new["category_id"] is None:
            await connection.execute(upkeep.LACK, new["currency"])
