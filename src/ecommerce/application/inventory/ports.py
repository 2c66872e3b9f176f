"""Where stock is counted."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

import msgspec


class WarehouseStock(msgspec.Struct, frozen=True):
    """`available` is what can be sold: on hand and not reserved."""

    warehouse_id: UUID
    code: str
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class SkuStock(msgspec.Struct, frozen=True):
    """All warehouses, in the order in which they are asked for stock."""

    variant_id: UUID
    sku: str
    warehouses: list[WarehouseStock]


class StockCounts(Protocol):
    async def show(self, sku: str) -> SkuStock:
        """Raises `NotFound` for an unknown SKU, or one that is not counted. One statement."""
        ...

    async def lock(self, sku: str) -> SkuStock:
        """The same, locked until the unit of work ends."""
        ...

    async def move(self, stock: SkuStock, by_warehouse: Mapping[UUID, int], reason: str, actor: str) -> None:
        """Change `on_hand` and write the movements, in one statement. Only what `lock` has locked.

        Raises `Conflict` when less would lie there than is reserved.
        """
        ...
