"""The worlds that these tests look at."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.conformance.world import World, demo_shop, open_world
from tests.conftest import PostgresServer


@pytest.fixture(scope="module")
def demo_url(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with demo_shop(postgres_server, folder) as url:
        yield url


@pytest.fixture(scope="module")
async def world(demo_url: str) -> AsyncIterator[World]:
    async with open_world(demo_url) as opened:
        yield opened
