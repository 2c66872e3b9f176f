"""The sandbox's own time, which tests may move forwards."""

import time

from ecommerce.adapters.sandbox.state.database import Database


class Clock:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = float(database.setting("clock_offset") or 0)

    def now(self) -> float:
        return time.time() + self._offset

    @property
    def offset(self) -> float:
        return self._offset

    def advance(self, seconds: float) -> None:
        """Move time forwards; it never goes back, as authorisations that expired stay expired."""
        self._offset += seconds
        self._database.set("clock_offset", repr(self._offset))

    def reset(self) -> None:
        self._offset = 0.0
