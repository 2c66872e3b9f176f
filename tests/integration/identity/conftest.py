"""Shops over one database, as many as a test wants."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import httpx
import pytest

from tests.integration.identity.identity_shop import OpenShop, settings_for, shop


@pytest.fixture
async def open_shop(database_url: str) -> AsyncIterator[OpenShop]:
    """Opens as many as a test wants, over the same database."""
    async with AsyncExitStack() as stack:

        async def one_more(**changes: Any) -> httpx.AsyncClient:
            return await stack.enter_async_context(shop(settings_for(database_url, **changes)))

        yield one_more


@pytest.fixture
async def client(open_shop: OpenShop) -> httpx.AsyncClient:
    return await open_shop()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
