"""The gateways under test: the fake, and Stripe's adapter speaking to the sandbox."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ecommerce.adapters.memory.payments import MemoryGateway
from ecommerce.adapters.sandbox.server import SandboxSettings, serve_sandbox
from ecommerce.adapters.stripe.client import StripeConnection
from ecommerce.adapters.stripe.gateway import StripeGateway
from tests.conftest import free_port
from tests.factories.gateways import MemoryWorld, SandboxWorld, World

SECRET_KEY = "sk_test_contract0123456789"


@pytest.fixture
def memory() -> World:
    return MemoryWorld(MemoryGateway())


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[SandboxWorld]:
    settings = SandboxSettings(
        port=free_port(),
        smtp_port=free_port(),
        data_dir=tmp_path,
        token=secrets.token_hex(8),
        stripe_secret_key=SECRET_KEY,
        stripe_publishable_key="pk_test_contract",
        webhook_secret="whsec_contract",
    )
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_sandbox(settings, ready=ready, stop=stop))
    await asyncio.wait_for(ready.wait(), 10)
    base = f"http://127.0.0.1:{settings.port}"
    connection = StripeConnection(SECRET_KEY, base, timeout=3.0)
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "X-Sandbox-Token": settings.token}
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as http:
        yield SandboxWorld(StripeGateway(connection), http)
    await connection.close()
    stop.set()
    await serving


@pytest.fixture(params=["memory", "sandbox"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found
