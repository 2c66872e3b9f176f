"""Chooses warehouses by the store's rule."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ecommerce.application.inventory.contracts import Hold, StockAt
from ecommerce.domain.inventory.allocation import Level, allocate
from ecommerce.domain.shared.ids import VariantId, WarehouseId


class PriorityPlanner:
    """By priority, split only when no single warehouse has all."""

    def plan(self, demand: Mapping[UUID, int], stock: Sequence[StockAt]) -> list[Hold]:
        if not demand:
            return []
        levels = [
            Level(
                variant_id=VariantId(each.variant_id),
                warehouse_id=WarehouseId(each.warehouse_id),
                priority=each.priority,
                on_hand=each.on_hand,
                reserved=each.reserved,
                backorderable=each.backorderable,
            )
            for each in stock
        ]
        wanted = {VariantId(variant_id): quantity for variant_id, quantity in demand.items()}
        return [Hold(each.variant_id, each.warehouse_id, each.quantity) for each in allocate(wanted, levels)]
