"""The prices in price lists, in a dict: the same promises as the adapter for PostgreSQL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.application.pricing.ports import Break, BreakEdge, PricedVariant, PricedVariants
from ecommerce.application.shared.records import COUNTED


@dataclass
class MemoryPriceListPrices:
    """`skus` are the variants there are."""

    uow: MemoryUnitOfWork
    skus: dict[UUID, str] = field(default_factory=dict)
    amounts: dict[UUID, dict[tuple[UUID, int], int]] = field(default_factory=dict)

    async def page(
        self, list_id: UUID, size: int, offset: int = 0, edge: BreakEdge | None = None
    ) -> PricedVariants:
        every = sorted(self.amounts.get(list_id, {}).items())
        start, end = offset, offset + size
        if edge is not None:
            place = (edge.variant_id, edge.min_quantity)
            before = sum(key < place for key, _ in every)
            start = max(0, before - size) if edge.backwards else sum(key <= place for key, _ in every)
            end = before if edge.backwards else start + size
        return PricedVariants(
            [
                PricedVariant(variant_id, self.skus[variant_id], least, amount)
                for (variant_id, least), amount in every[start:end]
            ],
            min(len(every), COUNTED + 1),
            before=start > 0 or (edge is not None and not edge.backwards),
            after=end < len(every) or (edge is not None and edge.backwards),
        )

    async def known(self, variant_ids: Sequence[UUID], skus: Sequence[str]) -> Mapping[UUID | str, UUID]:
        self._expect_open()
        known: dict[UUID | str, UUID] = {}
        for variant_id, sku in self.skus.items():
            if variant_id in variant_ids or sku in skus:
                known |= {variant_id: variant_id, sku: variant_id}
        return known

    async def put(self, list_id: UUID, breaks: Sequence[Break]) -> Sequence[tuple[Break, int | None]]:
        self._expect_open()
        held = self.amounts.setdefault(list_id, {})
        moved = []
        for each in sorted(breaks, key=lambda each: (each.variant_id, each.min_quantity)):
            key = (each.variant_id, each.min_quantity)
            before = held.get(key)
            if before != each.amount:
                held[key] = each.amount
                moved.append((each, before))
        return moved

    async def remove(self, list_id: UUID, variant_id: UUID, min_quantity: int | None) -> Sequence[Break]:
        self._expect_open()
        held = self.amounts.get(list_id, {})
        gone = [key for key in sorted(held) if key[0] == variant_id and min_quantity in (None, key[1])]
        return [Break(*key, held.pop(key)) for key in gone]

    async def most_breaks(self, list_id: UUID, variant_ids: Sequence[UUID]) -> int:
        self._expect_open()
        counts = Counter(key[0] for key in self.amounts.get(list_id, {}) if key[0] in variant_ids)
        return max(counts.values(), default=0)

    async def is_empty(self, list_id: UUID) -> bool:
        self._expect_open()
        return not self.amounts.get(list_id)

    def _expect_open(self) -> None:
        if not self.uow.is_open:
            raise RuntimeError("no unit of work is open")
