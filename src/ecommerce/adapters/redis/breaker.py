"""Stops asking what does not answer."""

from collections.abc import Callable
from time import monotonic


class Breaker:
    """After `failures` in a row nobody asks for `rest` seconds; then one may try."""

    def __init__(self, failures: int = 3, rest: float = 1.0, now: Callable[[], float] = monotonic) -> None:
        self._failures = failures
        self._rest = rest
        self._now = now
        self._failed = 0
        self._closed_until = 0.0

    def may_ask(self) -> bool:
        if self._failed < self._failures:
            return True
        if self._now() < self._closed_until:
            return False
        self._closed_until = self._now() + self._rest  # the one that tries; the others go on without
        return True

    def answered(self) -> None:
        self._failed = 0

    def failed(self) -> bool:
        """Whether this failure is the one that makes us stop asking."""
        self._failed += 1
        self._closed_until = self._now() + self._rest
        return self._failed == self._failures
