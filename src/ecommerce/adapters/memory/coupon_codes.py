"""Coupon codes in a dict: the same promises as the adapters for PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.application.pricing.contracts import FoundCoupon
from ecommerce.application.pricing.coupon_hashes import code_hash
from ecommerce.application.pricing.ports import CodeEdge, CouponCode, ListedCodes, NewCode
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.records import COUNTED, gone
from ecommerce.application.shared.tokens import Tokens
from ecommerce.domain.pricing.coupon_code import canonical
from ecommerce.domain.pricing.refusals import CodeTaken
from ecommerce.domain.pricing.window import Window
from ecommerce.domain.shared.kernel import InvalidValue


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryCouponCodes:
    """Both the shop's and the staff's side; a promotion that isn't among the records is archived."""

    uow: MemoryUnitOfWork
    promotions: MemoryRecords[PromotionDefinition]
    tokens: Tokens
    clock: Callable[[], datetime] = _wall_clock
    kept: dict[bytes, tuple[UUID, CouponCode]] = field(default_factory=dict)

    async def find(self, code: str) -> FoundCoupon | None:
        try:
            hashed = code_hash(self.tokens, canonical(code))
        except InvalidValue:
            return None
        if hashed not in self.kept:
            return None
        promotion_id, found = self.kept[hashed]
        used_up = found.max_uses is not None and found.used >= found.max_uses
        return FoundCoupon(code.strip(), found.id, promotion_id, used_up, self._is_live(promotion_id))

    async def page(
        self, promotion_id: UUID, size: int, offset: int = 0, edge: CodeEdge | None = None
    ) -> ListedCodes:
        every = sorted(self._of(promotion_id), key=lambda each: each.id, reverse=True)
        start, end = offset, offset + size
        if edge is not None:
            newer = sum(each.id > edge.id for each in every)
            older = sum(each.id < edge.id for each in every)
            start = max(0, newer - size) if edge.backwards else len(every) - older
            end = newer if edge.backwards else start + size
        return ListedCodes(
            every[start:end],
            min(len(every), COUNTED + 1),
            before=start > 0 or (edge is not None and not edge.backwards),
            after=end < len(every) or (edge is not None and edge.backwards),
        )

    async def get(self, promotion_id: UUID, code_id: UUID) -> CouponCode:
        for each in self._of(promotion_id):
            if each.id == code_id:
                return each
        raise gone("code")

    async def by_hash(self, promotion_id: UUID, code_hash: bytes) -> CouponCode:
        self._expect_open()
        found = self.kept.get(code_hash)
        if found is None or found[0] != promotion_id:
            raise gone("code")
        return found[1]

    async def add(self, promotion_id: UUID, code: NewCode, max_uses: int | None) -> None:
        self._expect_open()
        held = self.kept.get(code.code_hash)
        if held is not None and held[0] in self.promotions.kept:
            raise CodeTaken("this code is in use; retire that one first, or choose another")
        shown = CouponCode(code.id, code.label, max_uses, 0, self.clock())
        self.kept[code.code_hash] = (promotion_id, shown)

    async def add_many(self, promotion_id: UUID, codes: Sequence[NewCode], max_uses: int) -> None:
        for code in codes:
            await self.add(promotion_id, code, max_uses)

    async def retire(self, promotion_id: UUID, code_id: UUID) -> CouponCode:
        self._expect_open()
        code = await self.get(promotion_id, code_id)
        self.kept = {key: held for key, held in self.kept.items() if held[1].id != code_id}
        return code

    def _of(self, promotion_id: UUID) -> list[CouponCode]:
        return [code for owner, code in self.kept.values() if owner == promotion_id]

    def _is_live(self, promotion_id: UUID) -> bool:
        record = self.promotions.kept.get(promotion_id)
        if record is None or not (record.definition.enabled and record.definition.by_code):
            return False
        return Window(record.definition.starts_at, record.definition.ends_at).is_open(self.clock())

    def _expect_open(self) -> None:
        if not self.uow.is_open:
            raise RuntimeError("no unit of work is open")
