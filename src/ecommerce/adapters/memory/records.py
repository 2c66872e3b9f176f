"""Records in a dict: the same promises as the adapter for PostgreSQL.

Transactions are not undone here: what raises inside a unit of work in a test has written nothing before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic
from uuid import UUID

import msgspec

from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.application.shared.records import COUNTED, D, Edge, Listed, Record, gone
from ecommerce.domain.shared.kernel import StaleVersion


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryRecords(Generic[D]):
    uow: MemoryUnitOfWork
    kind: str = "record"
    clock: Callable[[], datetime] = _wall_clock
    kept: dict[UUID, Record[D]] = field(default_factory=dict)

    async def page(self, size: int, offset: int = 0, edge: Edge | None = None) -> Listed[D]:
        every = self._newest_first()
        start, end = offset, offset + size
        if edge is not None:
            newer = [each for each in every if (each.created_at, each.id) > (edge.created_at, edge.id)]
            older = [each for each in every if (each.created_at, each.id) < (edge.created_at, edge.id)]
            start = max(0, len(newer) - size) if edge.backwards else len(every) - len(older)
            end = len(newer) if edge.backwards else start + size
        return Listed(
            every[start:end],
            min(len(every), COUNTED + 1),
            before=start > 0 or (edge is not None and not edge.backwards),
            after=end < len(every) or (edge is not None and edge.backwards),
        )

    async def get(self, record_id: UUID) -> Record[D]:
        if record_id not in self.kept:
            raise gone(self.kind.replace("_", " "))
        return self.kept[record_id]

    async def lock(self, record_id: UUID) -> Record[D]:
        self._expect_open()
        return await self.get(record_id)

    async def lock_all(self) -> Sequence[Record[D]]:
        self._expect_open()
        return self._newest_first()

    async def among(self, ids: Sequence[UUID]) -> Record[D] | None:
        self._expect_open()
        return next((self.kept[each] for each in ids if each in self.kept), None)

    async def add(self, record_id: UUID, definition: D) -> Record[D]:
        self._expect_open()
        now = self.clock()
        self.kept[record_id] = Record(record_id, 1, definition, now, now)
        return self.kept[record_id]

    async def replace(self, record_id: UUID, version: int | None, definition: D) -> Record[D]:
        held = await self._held(record_id, version)
        self.kept[record_id] = msgspec.structs.replace(
            held, version=held.version + 1, definition=definition, updated_at=self.clock()
        )
        return self.kept[record_id]

    async def remove(self, record_id: UUID, version: int | None) -> None:
        await self._held(record_id, version)
        del self.kept[record_id]

    async def _held(self, record_id: UUID, version: int | None) -> Record[D]:
        held = await self.lock(record_id)
        if version not in (None, held.version):
            raise StaleVersion("this was changed since you read it; read it again")
        return held

    def _newest_first(self) -> list[Record[D]]:
        return sorted(self.kept.values(), key=lambda each: (each.created_at, each.id), reverse=True)

    def _expect_open(self) -> None:
        if not self.uow.is_open:
            raise RuntimeError("no unit of work is open")
