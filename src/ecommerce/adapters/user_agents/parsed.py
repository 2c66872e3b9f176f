"""User agents by ua-parser, whose patterns take some 30 MB and half a second to load: with the first that is
asked for, in a thread. Its engine takes time in proportion to the text, whatever the text.
"""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from ecommerce.application.identity.devices import UserAgent

if TYPE_CHECKING:
    from ua_parser import Parser

KEPT = 256


class ParsedUserAgents:
    def __init__(self) -> None:
        self._loading = Lock()
        self._parser: Parser | None = None
        self._told = lru_cache(maxsize=KEPT)(self._tell)

    async def describe(self, headers: Sequence[str | None]) -> list[UserAgent]:
        if not any(headers):
            return [UserAgent() for _ in headers]
        return await asyncio.to_thread(lambda: [self._told(header) for header in headers])

    def _tell(self, header: str | None) -> UserAgent:
        if not header:
            return UserAgent()
        found = self._loaded().parse(header)
        return UserAgent(
            browser=found.user_agent.family if found.user_agent else None,
            os=found.os.family if found.os else None,
            device=found.device.family if found.device else None,
        )

    def _loaded(self) -> "Parser":
        with self._loading:
            if self._parser is None:
                from ua_parser import BestAvailableResolver, Parser, load_builtins  # noqa: PLC0415 - see above

                self._parser = Parser(BestAvailableResolver(load_builtins()))
            return self._parser
