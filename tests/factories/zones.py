"""Zones as staff write them down, and an office that keeps them."""

from dataclasses import dataclass, field
from typing import Any, Generic
from uuid import UUID

import msgspec
import pytest

from ecommerce.adapters.contact.places import IsoPlaces
from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.system.clock import SystemClock
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.pricing.areas import ZD, ZoneEditor
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.application.shared.records import Desk, Record
from ecommerce.domain.shared.kernel import InvalidValue

ROOT = Actor.system("test")


@dataclass
class ZoneOffice(Generic[ZD]):
    """`like` is a good zone: what a test says of one is in its place."""

    definition: type[ZD]
    editor: type[ZoneEditor[ZD]]
    like: dict[str, Any]
    uow: MemoryUnitOfWork = field(default_factory=MemoryUnitOfWork)

    def __post_init__(self) -> None:
        self.records = MemoryRecords[ZD](self.uow)
        desk = Desk(self.uow, MemoryAuditLog(), Uuid7Ids(), SystemClock(), Call())
        self._edit = self.editor(desk, self.records, IsoPlaces())

    def zone(self, **changes: Any) -> ZD:
        return msgspec.convert({**self.like, **changes}, self.definition)

    async def keep(self, **changes: Any) -> Record[ZD]:
        return await self._edit.create(self.zone(**changes), ROOT)

    async def replace(self, zone_id: UUID, **changes: Any) -> Record[ZD]:
        return await self._edit.replace(zone_id, None, self.zone(**changes), ROOT)

    async def refusals(self, **changes: Any) -> list[str]:
        """The pointers at what is wrong with it; nothing is kept."""
        with pytest.raises(InvalidValue) as refused:
            await self.keep(**changes)
        assert not self.records.kept
        error = refused.value
        return [each.pointer for each in (error.faults if isinstance(error, InvalidValues) else (error,))]
