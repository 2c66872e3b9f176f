"""What other contexts may ask of the stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec


class StockAt(msgspec.Struct, frozen=True):
    """What one warehouse has of one variant; a lower `priority` is asked first."""

    variant_id: UUID
    warehouse_id: UUID
    priority: int
    on_hand: int
    reserved: int
    backorderable: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """How much of a variant an order takes from a warehouse."""

    variant_id: UUID
    warehouse_id: UUID
    quantity: int


class StockPlanner(Protocol):
    def plan(self, demand: Mapping[UUID, int], stock: Sequence[StockAt]) -> list[Hold]:
        """Choose the warehouses. Raises `InsufficientStock`."""
        ...


class StockLedger(Protocol):
    """Reservations. Only inside a unit of work; rows are taken in one order, by variant and warehouse."""

    async def lock(self, variant_ids: Sequence[UUID]) -> list[StockAt]:
        """Lock the levels of these variants until the unit of work ends, and read them."""
        ...

    async def reserve(self, order_id: UUID, holds: Sequence[Hold], within: timedelta | None) -> bool:
        """Take all of it or tell that it isn't there (False: then the caller must roll back).

        One conditional statement whose WHERE is the check. `within` is how long, by the database's clock,
        the reservation holds unpaid; None is without a deadline. Call it last in its transaction: on a
        much wanted variant everybody waits for that row.
        """
        ...

    async def keep(self, order_id: UUID) -> None:
        """The order is covered: its reservations have no deadline any more."""
        ...

    async def release(self, order_id: UUID) -> None:
        """Give back all the order still holds. Nothing happens the second time."""
        ...

    async def release_units(self, order_id: UUID, variant_id: UUID, quantity: int) -> int:
        """Give back up to `quantity` of what the order still holds; returns how much that was."""
        ...
