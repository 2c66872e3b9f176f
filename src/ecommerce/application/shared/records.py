"""Records that staff keep: documents that are read as a whole and replaced as a whole, by version.

What is alike for every kind of them is here: where they are kept, and how they are changed. A kind adds its
definition, a check of it and a permission (see `application/pricing/tax_zones.py`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.idempotency import IdempotencyKey
from ecommerce.application.shared.ports import Clock, Ids, UnitOfWork
from ecommerce.domain.shared.kernel import NotFound, StaleVersion
from ecommerce.domain.shared.lines import one_line

LONGEST_NAME = 100


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff say of one record. Kinds inherit from it; their fields are the body of their requests."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]


D = TypeVar("D", bound=Definition)


class Record(msgspec.Struct, Generic[D], frozen=True):
    """`version` begins with 1 and grows by one with every change."""

    id: UUID
    version: int
    definition: D
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a list goes on: after this place, or (`backwards`) up to but not including it."""

    created_at: datetime
    id: UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Listed(Generic[D]):
    """A part of all records, the newest first; whether there are others `before` and `after` it.

    `count` is exact up to `COUNTED`; any greater number says no more than that there are more.
    """

    records: Sequence[Record[D]]
    count: int
    before: bool
    after: bool


COUNTED = 10_000


class Records(Protocol[D]):
    """All records of one kind. `page` and `get` are one statement each, outside any unit of work; all else
    works only inside one.
    """

    async def page(self, size: int, offset: int = 0, edge: Edge | None = None) -> Listed[D]:
        """At most `size` of them, from an offset or from an edge on."""
        ...

    async def get(self, record_id: UUID) -> Record[D]:
        """Raises `NotFound`."""
        ...

    async def lock(self, record_id: UUID) -> Record[D]:
        """The record, which nobody else changes until the unit of work ends. Raises `NotFound`."""
        ...

    async def lock_all(self) -> Sequence[Record[D]]:
        """All of them; nobody else adds, changes or removes one until the unit of work ends."""
        ...

    async def among(self, ids: Sequence[UUID]) -> Record[D] | None:
        """One that has any of these ids."""
        ...

    async def add(self, record_id: UUID, definition: D) -> Record[D]: ...

    async def replace(self, record_id: UUID, version: int | None, definition: D) -> Record[D]:
        """One statement that writes only over this version (None: any).

        Raises `StaleVersion` when it is another one by now, `NotFound` when the record is gone.
        """
        ...

    async def remove(self, record_id: UUID, version: int | None) -> None:
        """As `replace`. Nobody finds it any more, whether it is deleted or put away for good."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What every editor of records works with."""

    uow: UnitOfWork
    audit: AuditLog
    ids: Ids
    clock: Clock
    call: Call


class RecordEditor(Generic[D]):
    """Changes records of one kind, each with its entry in the audit log. Subclasses say what is right.

    Raises `Forbidden`, `InvalidValue` from the check, `NotFound`, and `StaleVersion` when the caller's
    version isn't the newest.
    """

    permission: ClassVar[str]
    # `pricing.tax_zone`: the audit log's actions are `pricing.tax_zone_created` and so on.
    topic: ClassVar[str]
    removed: ClassVar[str] = "removed"

    def __init__(self, desk: Desk, records: Records[D]) -> None:
        self._desk = desk
        self._records = records

    async def check(self, definition: D, record_id: UUID | None) -> D:
        """The definition in its proper form. Raises `InvalidValue`, with pointers into the definition.

        Runs inside the unit of work, before anything is written. `record_id` is None for a new one.
        """
        return definition

    async def create(self, definition: D, actor: Actor) -> Record[D]:
        actor.require(self.permission)
        desk, key = self._desk, self._desk.call.idempotency_key
        async with desk.uow.begin():
            ids = [desk.ids.new()] if key is None else keyed_ids(key, desk.clock.now())
            made = await self._records.among(ids) if desk.uow.resumed else None
            if made is None:
                checked = await self._checked(definition, None)
                made = await self._records.add(ids[0], checked)
                await self._tell(actor, "created", made.id, None, made)
        return made

    async def replace(self, record_id: UUID, version: int | None, definition: D, actor: Actor) -> Record[D]:
        """What it is already stays at its version."""
        actor.require(self.permission)
        async with self._desk.uow.begin():
            if self._desk.uow.resumed:
                return await self._records.lock(record_id)
            checked = await self._checked(definition, record_id)
            before = await self._held(record_id, version)
            if checked == before.definition:
                return before
            after = await self._records.replace(record_id, before.version, checked)
            await self._tell(actor, "changed", record_id, before, after)
        return after

    async def remove(self, record_id: UUID, version: int | None, actor: Actor) -> None:
        actor.require(self.permission)
        async with self._desk.uow.begin():
            if self._desk.uow.resumed:
                return
            before = await self._held(record_id, version)
            await self._records.remove(record_id, before.version)
            await self._tell(actor, self.removed, record_id, before, None)

    async def _held(self, record_id: UUID, version: int | None) -> Record[D]:
        held = await self._records.lock(record_id)
        if version not in (None, held.version):
            raise StaleVersion("this was changed since you read it; read it again")
        return held

    async def _checked(self, definition: D, record_id: UUID | None) -> D:
        name = one_line(definition.name, LONGEST_NAME, "/name")
        return await self.check(msgspec.structs.replace(definition, name=name), record_id)

    async def _tell(
        self, actor: Actor, what: str, record_id: UUID, before: Record[D] | None, after: Record[D] | None
    ) -> None:
        old, new = _plain(before), _plain(after)
        if old is not None and new is not None:
            changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
            old, new = ({name: each.get(name) for name in changed} for each in (old, new))
        kind = self.topic.rpartition(".")[2]
        await self._desk.audit.record(actor, f"{self.topic}_{what}", f"{kind}:{record_id}", old, new)


def _plain(record: "Record[Any] | None") -> dict[str, Any] | None:
    return None if record is None else msgspec.to_builtins(record.definition)


def gone(kind: str) -> NotFound:
    return NotFound(f"there is no such {kind}")


def keyed_ids(key: IdempotencyKey, now: datetime) -> list[UUID]:
    """The ids that a record made under this key may have: today's, and yesterday's.

    A call that is repeated after a crash finds by them what the first one has made: a key is kept for a day.
    They are UUIDs of version 7 whose time is the day's beginning, and whose chance is the key's.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [_keyed_id(key, day) for day in (midnight, midnight - timedelta(days=1))]


def _keyed_id(key: IdempotencyKey, day: datetime) -> UUID:
    chance = hashlib.sha256(key.scope + day.isoformat().encode()).digest()
    bits = int.from_bytes(chance[:10])
    head = int(day.timestamp() * 1000) << 80 | 0x7 << 76 | (bits >> 64 & 0xFFF) << 64
    return UUID(int=head | 0b10 << 62 | bits & (1 << 62) - 1)
