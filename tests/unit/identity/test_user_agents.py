"""What is read from the header of a browser, and what that costs whom."""

import subprocess
import sys

import pytest

from ecommerce.adapters.user_agents.parsed import KEPT, ParsedUserAgents
from ecommerce.application.identity.devices import UserAgent

pytestmark = pytest.mark.anyio

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.1 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36"
)


async def test_each_header_is_told_in_its_place() -> None:
    told = await ParsedUserAgents().describe([IPHONE, None, "?" * 512, CHROME, ""])
    assert told == [
        UserAgent("Mobile Safari", "iOS", "iPhone"),
        UserAgent(),
        UserAgent(),
        UserAgent("Chrome", "Windows", None),
        UserAgent(),
    ]


async def test_what_was_read_is_kept_for_a_few() -> None:
    agents = ParsedUserAgents()
    await agents.describe([CHROME] * 3)
    assert agents._told.cache_info().misses == 1
    await agents.describe([f"Browser/{n}" for n in range(KEPT + 10)])
    assert agents._told.cache_info().currsize == KEPT


def test_serving_does_not_load_the_patterns() -> None:
    program = """
import sys
import ecommerce.entrypoints.http.app
import ecommerce.entrypoints.bootstrap.container
from ecommerce.adapters.user_agents.parsed import ParsedUserAgents
ParsedUserAgents()
sys.exit(any(name.startswith(("ua_parser", "confusable_homoglyphs")) for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
