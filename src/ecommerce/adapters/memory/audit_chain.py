"""The audit log with its chain, in lists that a test may tamper with."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from ecommerce.adapters.memory.staff import part_of
from ecommerce.application.audit.ports import AuditEntry, AuditFilter, ChainReading, Head, Link
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.listing import Part, Place


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sealed:
    seq: int
    entry_id: int
    previous: bytes
    hash: bytes


@dataclass
class MemoryAuditTrail:
    """An `AuditLog`, its `AuditEntries` and its `AuditChain` at once."""

    clock: Callable[[], datetime] = _wall_clock
    entries: dict[int, AuditEntry] = field(default_factory=dict)
    chain: list[Sealed] = field(default_factory=list)

    async def record(
        self,
        actor: Actor,
        action: str,
        target: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        entry = AuditEntry(
            number=max(self.entries, default=0) + 1,
            at=self.clock(),
            actor=actor.label,
            action=action,
            target=target,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
            request_id=None,
        )
        self.entries[entry.number] = entry
        last = self.chain[-1] if self.chain else Sealed(0, 0, b"", bytes(32))
        digest = hashlib.sha256(last.hash + _content(entry)).digest()
        self.chain.append(Sealed(last.seq + 1, entry.number, last.hash, digest))

    async def page(
        self, size: int, offset: int, place: Place | None, wanted: AuditFilter
    ) -> Part[AuditEntry]:
        found = [each for each in self.entries.values() if _fits(each, wanted)]
        found.sort(key=lambda entry: entry.number, reverse=True)
        here = None if place is None else Place([int(place.keys[0])], place.backwards)
        return part_of(found, lambda entry: [entry.number], size, offset, here)

    async def head(self) -> Head:
        return Head(self.chain[-1].seq, self.chain[-1].hash.hex()) if self.chain else Head(0, bytes(32).hex())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ChainReading]:
        yield self

    async def count(self) -> int:
        return len(self.chain)

    async def links(self) -> AsyncIterator[Link]:
        for each in self.chain:
            entry = self.entries.get(each.entry_id)
            yield Link(
                seq=each.seq,
                entry_id=each.entry_id,
                previous=each.previous,
                hash=each.hash,
                content=None if entry is None else _content(entry),
            )

    async def unlinked(self) -> int | None:
        return min(set(self.entries) - {each.entry_id for each in self.chain}, default=None)


def _content(entry: AuditEntry) -> bytes:
    return json.dumps(msgspec.to_builtins(entry), sort_keys=True).encode()


def _fits(entry: AuditEntry, wanted: AuditFilter) -> bool:
    return (
        wanted.actor in (None, entry.actor)
        and wanted.action in (None, entry.action)
        and wanted.target in (None, entry.target)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
    )
