"""The gateways under test: the fake, and Stripe's adapter speaking to the sandbox."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ecommerce.adapters.memory.payments import MemoryGateway
from tests.factories.gateways import MemoryWorld, SandboxWorld, World, open_sandbox


@pytest.fixture
def memory() -> World:
    return MemoryWorld(MemoryGateway())


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[SandboxWorld]:
    async with open_sandbox(tmp_path) as world:
        yield world


@pytest.fixture(params=["memory", "sandbox"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found
