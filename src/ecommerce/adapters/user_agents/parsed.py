"""User agents by ua-parser.

Its patterns are loaded when somebody first looks at their sessions, in a thread, and compiled one by one as
they are tried: some 5 MB. Its compiled engine takes 30, and holds the interpreter's lock for a second while
it is made.
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
# No browser says more, and some of the patterns take their time with what isn't one.
_LONGEST = 256


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
        found = self._loaded().parse(header[:_LONGEST])
        return UserAgent(
            browser=found.user_agent.family if found.user_agent else None,
            os=found.os.family if found.os else None,
            device=found.device.family if found.device else None,
        )

    def _loaded(self) -> "Parser":
        with self._loading:
            if self._parser is None:
                from ua_parser import BasicResolver, Parser, load_lazy_builtins  # noqa: PLC0415 - see above

                self._parser = Parser(BasicResolver(load_lazy_builtins()))
            return self._parser
