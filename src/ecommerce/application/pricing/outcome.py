"""A breakdown in the words of a quote: taxes summed, promotions explained, uses to be claimed."""

from collections.abc import Iterable
from uuid import UUID

from ecommerce.application.pricing.contracts import (
    ConsideredPromotion,
    CouponState,
    HeldCoupon,
    PricingFacts,
    PromotionClaim,
    QuotedTax,
)
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.domain.pricing.snapshot import Breakdown, Considered, Tax

# What a code is that opens nothing now: nobody is told whether it ever did, or will.
UNKNOWN_CODE = "unknown-code"

DETAILS = {
    None: "applied",
    "currency": "it does not hold in this currency",
    "country": "it does not hold for this country",
    "country-unknown": "whether it holds depends on where this goes",
    "customer-group": "it is for other customers",
    "not-first-order": "it is for a first order",
    "subtotal-too-low": "the goods are worth too little",
    "quantity-too-low": "too little of what it asks for is in the cart",
    "nothing-to-discount": "there is nothing in the cart that it makes cheaper",
    "budget-exhausted": "what is left of it does not suffice",
    "exhausted": "it has been used as often as it can be",
    "customer-limit": "you have used it as often as you can",
    "outdone": "another promotion of its group gives more",
    "not-combinable": "it does not go together with what was applied",
}


def told(result: Breakdown) -> list[ConsideredPromotion]:
    return [
        ConsideredPromotion(
            id=UUID(each.promotion.id),
            name=each.promotion.name,
            applied=each.applied,
            discount=each.discount,
            reason_code=each.reason,
            detail=DETAILS[each.reason],
        )
        for each in result.considered
    ]


def coupons_of(facts: PricingFacts, result: Breakdown) -> list[CouponState]:
    """In the order in which they were added. Of several codes of one promotion one applies."""
    considered = {UUID(each.promotion.id): each for each in result.considered}
    claimed = _claimed(facts.coupons)
    return [_state(coupon, considered.get(coupon.promotion_id), claimed) for coupon in facts.coupons]


def _state(coupon: HeldCoupon, told: Considered | None, claimed: dict[UUID, HeldCoupon]) -> CouponState:
    if told is None:
        return CouponState(coupon.code, applied=False, reason=UNKNOWN_CODE)
    # Another code of it does what this would, or it applies by itself since staff took the codes from it.
    if told.applied and claimed.get(coupon.promotion_id) is not coupon:
        return CouponState(coupon.code, applied=False, reason="outdone")
    if coupon.used_up:
        return CouponState(coupon.code, applied=False, reason="exhausted")
    return CouponState(coupon.code, applied=told.applied, reason=told.reason)


def _claimed(coupons: Iterable[HeldCoupon]) -> dict[UUID, HeldCoupon]:
    """By promotion, the code that its use is claimed with."""
    usable = sorted((each for each in coupons if not each.used_up), key=lambda each: each.code, reverse=True)
    return {each.promotion_id: each for each in usable}


def claims_of(rulebook: Rulebook, facts: PricingFacts, result: Breakdown) -> list[PromotionClaim]:
    active = {each.id: each for each in rulebook.promotions}
    codes = _claimed(facts.coupons)
    claims = []
    for each in result.considered:
        if not each.applied:
            continue
        promotion = active[UUID(each.promotion.id)]
        coupon = codes.get(promotion.id) if promotion.by_code else None
        claims.append(
            PromotionClaim(
                promotion_id=promotion.id,
                version=promotion.version,
                name=promotion.promotion.name,
                discount=each.discount,
                coupon_code_id=coupon.coupon_code_id if coupon else None,
                limited=promotion.limited,
                per_customer=promotion.per_customer,
            )
        )
    return claims


def quoted_tax(tax: Tax) -> QuotedTax:
    return QuotedTax(tax.rate.name, tax.rate.ppm, tax.amount)


def sum_of_taxes(result: Breakdown) -> list[QuotedTax]:
    """Each rate once, over lines and shipping, in the order of their names."""
    sums: dict[tuple[str, int], int] = {}
    for tax in (*(tax for line in result.lines for tax in line.taxes), *result.shipping_taxes):
        key = (tax.rate.name, tax.rate.ppm)
        sums[key] = sums.get(key, 0) + tax.amount
    return [QuotedTax(name, ppm, sums[name, ppm]) for name, ppm in sorted(sums)]
