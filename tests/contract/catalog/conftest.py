"""Catalogues: one that all tests read, and one a test that writes."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ecommerce.adapters.postgres.catalog.reads.products import PgProductQueries
from ecommerce.adapters.postgres.database import Database
from ecommerce.entrypoints.bootstrap.seeding import seed_shop
from tests.conftest import PostgresServer
from tests.factories.catalogue import demo_database, opened, queries


@pytest.fixture(scope="session")
def demo_url(postgres_server: PostgresServer) -> Iterator[str]:
    with demo_database(postgres_server, 400) as url:
        yield url


@pytest.fixture
async def database(demo_url: str) -> AsyncIterator[Database]:
    async with opened(demo_url) as database:
        yield database


@pytest.fixture
def products(database: Database) -> PgProductQueries:
    return queries(database)


@pytest.fixture
async def own(database_url: str) -> AsyncIterator[Database]:
    """48 products that the test may change."""
    async with opened(database_url) as database:
        await seed_shop(database, products=48)
        yield database
