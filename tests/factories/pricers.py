"""A pricer that says what a test tells it to: units at their price, and what becomes of a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.application.pricing.contracts import (
    ConsideredPromotion,
    CouponState,
    Priceable,
    PricingFacts,
    Quote,
    QuotedLine,
    WantedLine,
)
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.price_list import Entry, PriceList, unit_price
from ecommerce.domain.pricing.refusals import ShippingUnavailable


@dataclass
class FixedPricer:
    """`reasons` is why a code does not apply (by default it does), `ships_to` where anything can go."""

    lists: Mapping[str, PriceList] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    ships_to: tuple[str, ...] = ("US",)
    considered: list[ConsideredPromotion] = field(default_factory=list)

    async def unit_price(self, goods: Priceable, quantity: int, currency: str, facts: PricingFacts) -> int:
        entries = [
            Entry(str(each.price_list_id), each.min_quantity, each.amount) for each in goods.list_prices
        ]
        groups = frozenset(facts.customer_groups)
        return unit_price(goods.price, entries, self.lists, quantity, currency, groups, facts.at)

    async def quote(
        self,
        lines: Sequence[WantedLine],
        currency: str,
        facts: PricingFacts,
        destination: Address | None = None,
        shipping_option_id: str | None = None,
        vat_number: str | None = None,
    ) -> Quote:
        if destination is not None and destination.country not in self.ships_to:
            raise ShippingUnavailable("nothing ships there", pointer="/shipping_address/country")
        quoted = []
        for line in lines:
            price = await self.unit_price(line.goods, line.quantity, currency, facts)
            quoted.append(QuotedLine(price, 0, 0, price * line.quantity, []))
        total = sum(line.total for line in quoted)
        return Quote(
            currency=currency,
            tax_included=False,
            lines=quoted,
            subtotal=total,
            discount=0,
            shipping=None if destination is None else 500,
            tax=None if destination is None else 0,
            total=total if destination is None else total + 500,
            shipping_options=[],
            chosen=None,
            considered=[
                *self.considered,
                *(self._considered(each.promotion_id, each.code) for each in facts.coupons),
            ],
            coupons=[
                CouponState(each.code, each.code not in self.reasons, self.reasons.get(each.code))
                for each in facts.coupons
            ],
            claims=[],
            taxes=[],
            tax_exemption=None,
            holds_until=None,
            engine="fixed",
            input={},
        )

    def _considered(self, promotion_id: UUID, code: str) -> ConsideredPromotion:
        reason = self.reasons.get(code)
        return ConsideredPromotion(promotion_id, code.title(), reason is None, 0, reason, reason or "applied")
