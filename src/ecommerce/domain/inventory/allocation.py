"""Which warehouse serves what of an order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecommerce.domain.shared.ids import VariantId, WarehouseId
from ecommerce.domain.shared.kernel import InsufficientStock


@dataclass(frozen=True, slots=True)
class Level:
    """What a warehouse has of a variant. A lower `priority` is asked first."""

    variant_id: VariantId
    warehouse_id: WarehouseId
    priority: int
    on_hand: int
    reserved: int
    backorderable: bool = False

    @property
    def available(self) -> int:
        return max(0, self.on_hand - self.reserved)


@dataclass(frozen=True, slots=True)
class Allocation:
    variant_id: VariantId
    warehouse_id: WarehouseId
    quantity: int


def allocate(demand: Mapping[VariantId, int], levels: Sequence[Level]) -> list[Allocation]:
    """Serve the whole demand from the first warehouse that has all of it, else with as few splits as need be.

    `demand` is summed per variant and holds tracked variants only. The result is sorted by variant and
    warehouse: the one order in which stock is locked. Raises `InsufficientStock` for the first variant
    (by id) that can't be had in full.
    """
    by_variant: dict[VariantId, list[Level]] = defaultdict(list)
    for level in sorted(levels, key=lambda level: (level.priority, level.warehouse_id)):
        by_variant[level.variant_id].append(level)
    sole = _warehouse_with_everything(demand, by_variant)
    result: list[Allocation] = []
    for variant_id in sorted(demand):
        wanted, of_variant = demand[variant_id], by_variant[variant_id]
        if sole is not None:
            result.append(Allocation(variant_id, sole, wanted))
        else:
            result += _split(variant_id, wanted, of_variant)
    return sorted(result, key=lambda each: (each.variant_id, each.warehouse_id))


def _warehouse_with_everything(
    demand: Mapping[VariantId, int], by_variant: Mapping[VariantId, Sequence[Level]]
) -> WarehouseId | None:
    first, *others = sorted(demand)
    for candidate in by_variant[first]:
        has = {
            variant_id: level.available
            for variant_id in demand
            for level in by_variant[variant_id]
            if level.warehouse_id == candidate.warehouse_id
        }
        if all(has.get(variant_id, 0) >= demand[variant_id] for variant_id in (first, *others)):
            return candidate.warehouse_id
    return None


def _split(variant_id: VariantId, wanted: int, levels: Sequence[Level]) -> list[Allocation]:
    for level in levels:
        if level.available >= wanted:
            return [Allocation(variant_id, level.warehouse_id, wanted)]
    taken: dict[WarehouseId, int] = {}
    rest = wanted
    for level in levels:
        take = min(rest, level.available)
        if take:
            taken[level.warehouse_id] = take
            rest -= take
    backorder = next((level for level in levels if level.backorderable), None)
    if rest and backorder is None:
        raise InsufficientStock(
            f"{wanted - rest} left of what you want {wanted} of",
            available=wanted - rest,
            variant_id=str(variant_id),
        )
    if rest and backorder is not None:
        taken[backorder.warehouse_id] = taken.get(backorder.warehouse_id, 0) + rest
    return [Allocation(variant_id, warehouse_id, count) for warehouse_id, count in taken.items()]
