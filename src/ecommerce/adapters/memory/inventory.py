"""Stock in a dict, for tests of use cases: the same promises as the adapter for PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import msgspec

from ecommerce.application.inventory.contracts import Hold, StockAt


@dataclass
class MemoryStockLedger:
    levels: dict[tuple[UUID, UUID], StockAt] = field(default_factory=dict)
    reservations: dict[tuple[UUID, UUID, UUID], int] = field(default_factory=dict)
    deadlines: dict[UUID, timedelta | None] = field(default_factory=dict)

    def put(self, level: StockAt) -> None:
        self.levels[level.variant_id, level.warehouse_id] = level

    async def lock(self, variant_ids: Sequence[UUID]) -> list[StockAt]:
        return [self.levels[key] for key in sorted(self.levels) if key[0] in variant_ids]

    async def reserve(self, order_id: UUID, holds: Sequence[Hold], within: timedelta | None) -> bool:
        for hold in holds:
            level = self.levels.get((hold.variant_id, hold.warehouse_id))
            if level is None:
                return False
            if not level.backorderable and level.reserved + hold.quantity > level.on_hand:
                return False
        for hold in holds:
            self._move(hold.variant_id, hold.warehouse_id, hold.quantity)
            self.reservations[order_id, hold.variant_id, hold.warehouse_id] = hold.quantity
        self.deadlines[order_id] = within
        return True

    async def keep(self, order_id: UUID) -> None:
        if order_id in self.deadlines:
            self.deadlines[order_id] = None

    async def release(self, order_id: UUID) -> None:
        for key in [key for key in self.reservations if key[0] == order_id]:
            self._move(key[1], key[2], -self.reservations.pop(key))

    async def release_units(self, order_id: UUID, variant_id: UUID, quantity: int) -> int:
        rest = quantity
        for key in sorted(key for key in self.reservations if key[:2] == (order_id, variant_id)):
            take = min(rest, self.reservations[key])
            if not take:
                continue
            rest -= take
            self._move(variant_id, key[2], -take)
            self.reservations[key] -= take
            if not self.reservations[key]:
                del self.reservations[key]
        return quantity - rest

    def _move(self, variant_id: UUID, warehouse_id: UUID, quantity: int) -> None:
        level = self.levels[variant_id, warehouse_id]
        self.levels[variant_id, warehouse_id] = msgspec.structs.replace(
            level, reserved=level.reserved + quantity
        )
