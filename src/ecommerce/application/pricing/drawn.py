"""Zones of the rules at hand, drawn on a map once a revision."""

from collections.abc import Callable, Iterable
from typing import Generic

from ecommerce.application.pricing.ports import Rulebooks
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.domain.pricing.area import Z, ZoneMap


class DrawnZones(Generic[Z]):
    def __init__(self, rulebooks: Rulebooks, pick: Callable[[Rulebook], Iterable[Z]]) -> None:
        self._rulebooks = rulebooks
        self._pick = pick
        self._of: Rulebook | None = None
        self._map: ZoneMap[Z] = ZoneMap(())

    async def current(self) -> ZoneMap[Z]:
        rulebook = await self._rulebooks.current()
        if rulebook is not self._of:
            self._of, self._map = rulebook, ZoneMap(self._pick(rulebook))
        return self._map
