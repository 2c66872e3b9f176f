"""The worlds that these tests look at."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from tests.conformance.world import World, demo_shop, open_world
from tests.conftest import PostgresServer, redis_of_its_own
from tests.e2e.conftest import two_free_ports
from tests.e2e.shop import Shop


@pytest.fixture(scope="module")
def demo_url(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with demo_shop(postgres_server, folder) as url:
        yield url


@pytest.fixture(scope="module")
async def world(demo_url: str) -> AsyncIterator[World]:
    async with open_world(demo_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def running_shop(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, valkey_server: EmbeddedValkey
) -> Iterator[Shop]:
    """Real processes, on the tests' own servers."""
    asyncio.run(postgres_server.create("shop_fuzz"))
    opened = Shop.open(
        tmp_path_factory.mktemp("shop"),
        {
            "ECOMMERCE_DATABASE_URL": postgres_server.database_url("shop_fuzz"),
            "ECOMMERCE_REDIS_URL": redis_of_its_own(valkey_server, 2),
        },
        "--port",
        str(two_free_ports()),
        "--products",
        "100",
    )
    yield opened
    opened.close()
