"""A door with fakes behind it."""

from collections.abc import AsyncIterator

import pytest

from tests.factories.http_door import TestDoor, open_test_door


@pytest.fixture
async def door() -> AsyncIterator[TestDoor]:
    async with open_test_door() as opened:
        yield opened
