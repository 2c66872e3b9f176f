"""One shop for all tests here: two API processes and two workers, on the tests' own servers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from tests.conftest import PostgresServer, free_port
from tests.e2e.shop import Shop

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker of xdist gets all of these, and gets them first: they take longest, and share one shop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))
    items.sort(key=lambda item: HERE not in item.path.parents)


def two_free_ports() -> int:
    """The first of two neighbours that are free: the sandbox takes the one after the API's."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    valkey_server: EmbeddedValkey,
) -> Iterator[Shop]:
    asyncio.run(postgres_server.run(f"CREATE DATABASE shop_e2e TEMPLATE {postgres_server.template}"))
    opened = Shop.open(
        tmp_path_factory.mktemp("shop"),
        {
            "ECOMMERCE_DATABASE_URL": postgres_server.database_url("shop_e2e"),
            "ECOMMERCE_REDIS_URL": valkey_server.url,
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


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client() as client:
        yield client
