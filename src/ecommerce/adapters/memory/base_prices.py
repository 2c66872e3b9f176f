"""What variants cost, in dicts: the same promises as the adapter for PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.domain.catalog.base_price import VariantPrices
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import NotFound


@dataclass
class MemoryBasePrices:
    """`before` are all prices that were replaced: nobody is here for longer than 30 days."""

    uow: MemoryUnitOfWork
    kept: dict[VariantId, VariantPrices] = field(default_factory=dict)
    before: list[VariantPrices] = field(default_factory=list)

    async def find(self, variant_id: VariantId) -> VariantPrices:
        if variant_id not in self.kept:
            raise NotFound("there is no such variant")
        return self.kept[variant_id]

    async def lock(self, variant_id: VariantId) -> VariantPrices:
        self._expect_open()
        return await self.find(variant_id)

    async def lowest(self, variant_id: VariantId) -> Mapping[str, int]:
        self._expect_open()
        lowest: dict[str, int] = {}
        for held in [*self.before, await self.find(variant_id)]:
            if held.variant_id == variant_id:
                for each in held.prices.values():
                    lowest[each.currency] = min(each.amount, lowest.get(each.currency, each.amount))
        return lowest

    async def replace(self, prices: VariantPrices) -> None:
        self._expect_open()
        self.before.append(self.kept[prices.variant_id])
        self.kept[prices.variant_id] = prices

    def _expect_open(self) -> None:
        if not self.uow.is_open:
            raise RuntimeError("no unit of work is open")


@dataclass
class MemoryProductDocuments:
    rebuilt: list[UUID] = field(default_factory=list)

    async def rebuild(self, product_ids: Sequence[UUID]) -> None:
        self.rebuilt.extend(product_ids)
