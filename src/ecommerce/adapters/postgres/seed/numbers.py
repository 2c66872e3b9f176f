"""Chance that repeats itself: the same seed gives the same ids and prices."""

import random
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

# A demo shop must be the same on any day, so its time does not follow the clock.
OPENED = datetime(2024, 9, 1, tzinfo=UTC)
TODAY = datetime(2026, 9, 1, tzinfo=UTC)
CURRENCIES = ("USD", "EUR", "GBP", "JPY")


def chance(*key: object) -> random.Random:
    """A generator of its own for each key: one product does not depend on how many came before."""
    return random.Random(":".join(str(part) for part in key))  # noqa: S311  # demo data guard nothing


def uuid7(rng: random.Random, at: datetime, sequence: int = 0) -> UUID:
    """A UUIDv7 of that moment; those of one moment sort by `sequence` (below 4096)."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(
        int=milliseconds << 80 | 0x7 << 76 | sequence << 64 | 0b10 << 62 | rng.getrandbits(62),
    )


def charming(cents: int) -> int:
    """The nearest price that a shop would write on a label."""
    if cents < 2_000:
        return max(round(cents / 50) * 50 - 1, 99)
    if cents < 10_000:
        return round(cents / 100) * 100 - 5
    return round(cents / 500) * 500 - 100


@lru_cache(maxsize=65_536)
def in_all_currencies(cents: int) -> tuple[int, ...]:
    """Minor units, in the order of `CURRENCIES`, of what costs so many cents of a dollar."""
    yen = cents * 3 // 2
    step = 10 if yen < 2_000 else 100
    return cents, charming(cents * 92 // 100), charming(cents * 79 // 100), max(round(yen / step) * step, 100)
