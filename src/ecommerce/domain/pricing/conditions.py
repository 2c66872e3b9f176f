"""Whether a promotion's conditions hold: a reason code, or None where they do.

They look at the cart before any discount, so that no promotion can switch another one on or off.
"""

from typing import Literal, TypeAlias

from ecommerce.domain.pricing.promotion import AmountOff, Bundle, FixedPrice, Promotion
from ecommerce.domain.pricing.snapshot import Snapshot

Reason: TypeAlias = Literal[
    "currency",
    "country",
    "country-unknown",
    "customer-group",
    "not-first-order",
    "subtotal-too-low",
    "quantity-too-low",
    "nothing-to-discount",
    "budget-exhausted",
    "outdone",
    "not-combinable",
]


def unmet(promotion: Promotion, snapshot: Snapshot, subtotal: int) -> Reason | None:
    """The first condition that doesn't hold. `subtotal` is the whole cart's, in minor units."""
    conditions, buyer = promotion.conditions, snapshot.buyer
    if not _has_currency(promotion, snapshot.currency):
        return "currency"
    if conditions.countries and buyer.country not in conditions.countries:
        return "country-unknown" if buyer.country is None else "country"
    if conditions.customer_groups and conditions.customer_groups.isdisjoint(buyer.groups):
        return "customer-group"
    if conditions.first_order and not buyer.first_order:
        return "not-first-order"
    if subtotal < conditions.min_subtotal.get(snapshot.currency, 0):
        return "subtotal-too-low"
    if conditions.min_quantity or not conditions.goods.is_everything:
        goods = conditions.goods
        units = sum(line.quantity for line in snapshot.lines if goods.matches(line.features))
        if units < max(1, conditions.min_quantity):
            return "quantity-too-low"
    return None


def _has_currency(promotion: Promotion, currency: str) -> bool:
    minimum = promotion.conditions.min_subtotal
    if minimum and currency not in minimum:
        return False
    match promotion.benefit:
        case AmountOff(amounts=amounts):
            return currency in amounts
        case FixedPrice(prices=prices) | Bundle(prices=prices):
            return currency in prices
    return True
