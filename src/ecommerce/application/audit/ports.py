"""What is asked of the audit log when it is read, and of the chain that seals it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from ecommerce.application.shared.listing import Part, Place


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`before` and `after` hold what changed; null where there was nothing before, or is nothing after.
    `number` only grows, with gaps.
    """

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Exact; `since` is included, `until` is not."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditEntries(Protocol):
    async def page(
        self, size: int, offset: int, place: Place | None, wanted: AuditFilter
    ) -> Part[AuditEntry]:
        """The newest first; keys of a place: the number. One statement, outside any unit of work."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry's place in the chain. `content` is its canonical form, None when the entry is gone.

    `hash` is the SHA-256 of `previous`, the hash of the link before (32 zero bytes for the first), followed
    by `content`.
    """

    seq: int
    entry_id: int
    previous: bytes
    hash: bytes
    content: bytes | None


class Head(msgspec.Struct, frozen=True):
    """The end of the chain: what has to be kept elsewhere to notice that the end was cut off."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class ChainReading(Protocol):
    """The whole chain as it was at one moment."""

    async def count(self) -> int: ...

    def links(self) -> AsyncIterator[Link]:
        """In their order."""
        ...

    async def unlinked(self) -> int | None:
        """The first entry that is no part of the chain."""
        ...


class AuditChain(Protocol):
    """Links are made by the log itself, in the order of the commits."""

    async def head(self) -> Head:
        """Number 0 of an empty chain, whose hash is of zeros."""
        ...

    def read(self) -> AbstractAsyncContextManager[ChainReading]: ...
