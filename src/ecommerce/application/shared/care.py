"""Looking after the shop: is everything there, and is everything true?"""

from typing import Protocol

import msgspec


class Verdict(msgspec.Struct, frozen=True):
    """`violations` counts the rows found (at most 100 are looked at), `examples` shows the first few."""

    area: str
    invariant: str
    violations: int
    examples: list[str]


class Invariants(Protocol):
    async def check(self) -> list[Verdict]:
        """Every invariant, as one read-only look at the database at one moment."""
        ...


class Finding(msgspec.Struct, frozen=True):
    """`status` is ok, warn or fail; `detail` says what was found and, if need be, what to do."""

    check: str
    status: str
    detail: str
