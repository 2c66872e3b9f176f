"""Two shops: one for most tests, on their own servers, and one that `up` keeps alive through faults."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from tests.conftest import PostgresServer, free_port, redis_of_its_own
from tests.e2e.shop import Shop

HERE = Path(__file__).parent
# Above what all tests need together, and low enough to be counted in Redis.
LIMITS = {"ECOMMERCE_RATE_LIMIT_AUTH": "5000"}
# Races ask who gets what, on a machine that may be slow: there a wait that ends with 503 is no answer.
PATIENCE = {
    "ECOMMERCE_DATABASE_POOL_TIMEOUT_SECONDS": "25",
    "ECOMMERCE_DATABASE_STATEMENT_TIMEOUT_SECONDS": "25",
    "ECOMMERCE_DATABASE_LOCK_TIMEOUT_SECONDS": "25",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A worker of xdist gets all tests of a shop, and gets them first: they take longest."""
    for item in items:
        if HERE in item.path.parents:
            group = "faults" if "faulty_shop" in getattr(item, "fixturenames", ()) else "e2e"
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: HERE not in item.path.parents)


def two_free_ports() -> int:
    """The first of two neighbours that are free: the sandbox takes the one after the API's."""
    return free_port(1)


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    valkey_server: EmbeddedValkey,
) -> Iterator[Shop]:
    """Two API processes and two workers, on the tests' own servers."""
    asyncio.run(postgres_server.create("shop_e2e"))
    opened = Shop.open(
        tmp_path_factory.mktemp("shop"),
        {
            "ECOMMERCE_DATABASE_URL": postgres_server.database_url("shop_e2e"),
            "ECOMMERCE_REDIS_URL": redis_of_its_own(valkey_server, 1),
            **LIMITS,
            **PATIENCE,
        },
        "--port",
        str(two_free_ports()),
        "--products",
        "100",
        "--api-workers",
        "2",
    )
    try:
        opened.start("worker")
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def faulty_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop on servers of its own, which `up` starts again when they die. What is committed is on disk."""
    opened = Shop.open(
        tmp_path_factory.mktemp("faulty-shop"),
        # What a worker leaves behind is taken up soon, so that nobody has to wait for a minute.
        {"ECOMMERCE_WORKER_LEASE_SECONDS": "6", **LIMITS},
        "--port",
        str(two_free_ports()),
        "--products",
        "100",
        "--api-workers",
        "2",
    )
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(autouse=True)
def all_stays_true(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test here: nothing is left to do, every invariant holds, and Stripe's books are ours."""
    shops: list[Shop] = [
        request.getfixturevalue(name) for name in ("shop", "faulty_shop") if name in request.fixturenames
    ]
    yield
    for each in shops:
        asyncio.run(each.settles())


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client() as client:
        yield client
