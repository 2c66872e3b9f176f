"""The rules that this process has, as new as they must be."""

import asyncio

from ecommerce.application.pricing.ports import RulebookSource
from ecommerce.application.pricing.rulebook import Rulebook


class RulebooksAtHand:
    """Many may ask for newer rules at once: one loads them, the others wait and look again."""

    def __init__(self, source: RulebookSource) -> None:
        self._source = source
        self._loading = asyncio.Lock()
        self._rulebook: Rulebook | None = None

    async def at_least(self, revision: int) -> Rulebook:
        held = self._rulebook
        if held is not None and held.revision >= revision:
            return held
        async with self._loading:
            held = self._rulebook
            if held is None or held.revision < revision:
                held = self._rulebook = await self._source.load()
            return held

    async def current(self) -> Rulebook:
        return self._rulebook or await self.at_least(0)
