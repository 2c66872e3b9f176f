"""A till of the test's own; after each test its books must agree with the provider's."""

from collections.abc import AsyncIterator

import pytest

from tests.factories.till import Till, open_till


@pytest.fixture
async def till(database_url: str) -> AsyncIterator[Till]:
    async with open_till(database_url) as opened:
        yield opened
        await opened.check_books()
