"""A fresh sandbox for each test, served on the test's own loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.sandbox.sandbox_world import World, clients, make_settings, receiving, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with receiving() as (receiver, url):
        settings = make_settings(tmp_path / "sandbox", url)
        async with running(settings), clients(settings, receiver) as everything:
            yield everything
