"""A bureau, and somebody of whom the shop knows all that it can."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.factories.orders import place_order
from tests.integration.privacy.bureau import Bureau, open_bureau
from tests.integration.privacy.planting import Planted, plant


@pytest.fixture
async def bureau(database_url: str) -> AsyncIterator[Bureau]:
    async with open_bureau(database_url) as opened:
        yield opened


@pytest.fixture
async def planted(bureau: Bureau, database_url: str) -> Planted:
    orders = await place_order(database_url), await place_order(database_url)
    return await plant(bureau.connection, uuid4(), *orders)
