"""What this process knows for a second, so that a busy list is counted once and not a thousand times."""

from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

SECONDS = 1.0
_MOST = 2_000


class Remembered(Generic[T]):
    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._kept: dict[object, tuple[float, T]] = {}

    def get(self, key: object) -> T | None:
        kept = self._kept.get(key)
        return kept[1] if kept is not None and kept[0] > monotonic() else None

    def stale(self, key: object) -> T | None:
        """What was known last, however long ago: good enough to choose a plan by."""
        kept = self._kept.get(key)
        return None if kept is None else kept[1]

    def put(self, key: object, value: T) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = (monotonic() + self._seconds, value)
