"""Uses of promotions in dicts, for tests of use cases: the same promises as the adapter for PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.application.pricing.contracts import PromotionClaim
from ecommerce.domain.pricing.refusals import CouponExhausted
from ecommerce.domain.shared.kernel import ConcurrentUpdate


@dataclass
class CountedPromotion:
    """What its row in the database would say; `budget` in minor units of `budget_currency`."""

    id: UUID
    version: int = 1
    max_uses: int | None = None
    budget: int | None = None
    budget_currency: str | None = None
    used: int = 0
    spent: int = 0
    archived: bool = False

    @property
    def counts(self) -> bool:
        return self.max_uses is not None or self.budget is not None

    def has_use(self, amount: int, currency: str) -> bool:
        if self.max_uses is not None and self.used >= self.max_uses:
            return False
        return self.budget is None or (
            currency == self.budget_currency and self.spent + amount <= self.budget
        )

    def count(self, times: int, amount: int, currency: str) -> None:
        if self.counts:
            self.used += times
            self.spent += times * amount if currency == self.budget_currency else 0


@dataclass
class CountedCode:
    id: UUID
    promotion_id: UUID
    max_uses: int | None = None
    used: int = 0
    retired: bool = False

    @property
    def has_use(self) -> bool:
        return self.max_uses is None or self.used < self.max_uses

    def count(self, times: int) -> None:
        self.used += times if self.max_uses is not None else 0


@dataclass
class Redemption:
    claim: PromotionClaim
    currency: str
    customer_keys: tuple[bytes, ...]
    status: str = "claimed"


@dataclass
class MemoryPromotionLedger:
    promotions: dict[UUID, CountedPromotion] = field(default_factory=dict)
    codes: dict[UUID, CountedCode] = field(default_factory=dict)
    customers: dict[tuple[UUID, bytes], int] = field(default_factory=dict)
    redemptions: dict[UUID, list[Redemption]] = field(default_factory=dict)

    async def claim(
        self, order_id: UUID, currency: str, claims: Sequence[PromotionClaim], customer_keys: Sequence[bytes]
    ) -> None:
        keys = tuple(sorted(set(customer_keys)))
        refused = [claim for claim in claims if not self._is_same(claim)]
        for claim in claims:
            if claim in refused:
                continue
            has_use = self._has_use(claim, currency)
            if has_use and self._has_use_for(claim, keys):
                continue
            if claim.coupon_code_id is not None:
                raise CouponExhausted.of(claim.name, by_customer=has_use)
            refused.append(claim)
        if refused:
            raise ConcurrentUpdate(f"the promotion {refused[-1].name} changed at this moment; try again")
        self.redemptions[order_id] = [Redemption(claim, currency, keys) for claim in claims]
        for redemption in self.redemptions[order_id]:
            self._count(redemption, 1)

    async def consume(self, order_id: UUID) -> None:
        for redemption in self.redemptions.get(order_id, []):
            if redemption.status == "claimed":
                redemption.status = "consumed"

    async def release(self, order_id: UUID) -> None:
        for redemption in self.redemptions.get(order_id, []):
            if redemption.status != "released":
                redemption.status = "released"
                self._count(redemption, -1)

    def _is_same(self, claim: PromotionClaim) -> bool:
        promotion = self.promotions.get(claim.promotion_id)
        if promotion is None or promotion.version != claim.version or promotion.archived:
            return False
        if claim.coupon_code_id is None:
            return True
        code = self.codes.get(claim.coupon_code_id)
        return code is not None and code.promotion_id == promotion.id and not code.retired

    def _has_use(self, claim: PromotionClaim, currency: str) -> bool:
        code = self.codes[claim.coupon_code_id] if claim.coupon_code_id else None
        promotion = self.promotions[claim.promotion_id]
        return promotion.has_use(claim.discount, currency) and (code is None or code.has_use)

    def _has_use_for(self, claim: PromotionClaim, keys: Sequence[bytes]) -> bool:
        most = claim.per_customer
        return most is None or all(self.customers.get((claim.promotion_id, key), 0) < most for key in keys)

    def _count(self, redemption: Redemption, times: int) -> None:
        claim = redemption.claim
        self.promotions[claim.promotion_id].count(times, claim.discount, redemption.currency)
        if claim.coupon_code_id is not None:
            self.codes[claim.coupon_code_id].count(times)
        if claim.per_customer is not None:
            for key in redemption.customer_keys:
                at = (claim.promotion_id, key)
                self.customers[at] = self.customers.get(at, 0) + times
