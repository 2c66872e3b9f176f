"""Whether a promotion's conditions hold: a reason code, or None where they do.

They look at the cart before any discount, so that no promotion can switch another one on or off.
"""

from typing import Literal, TypeAlias

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.promotion import Promotion
from ecommerce.domain.pricing.snapshot import Buyer
from ecommerce.domain.pricing.target import EVERYTHING

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


def unmet(promotion: Promotion, currency: str, buyer: Buyer, basket: Basket) -> Reason | None:
    """The first condition that doesn't hold."""
    conditions = promotion.conditions
    reason: Reason | None = None
    if not promotion.has_currency(currency):
        reason = "currency"
    elif conditions.countries and buyer.country not in conditions.countries:
        reason = "country-unknown" if buyer.country is None else "country"
    elif conditions.customer_groups and conditions.customer_groups.isdisjoint(buyer.groups):
        reason = "customer-group"
    elif conditions.first_order and not buyer.first_order:
        reason = "not-first-order"
    elif conditions.min_subtotal and basket.subtotal < conditions.min_subtotal[currency]:
        reason = "subtotal-too-low"
    elif (goods := conditions.goods) is not EVERYTHING or conditions.min_quantity:
        least = max(conditions.min_quantity, 0 if goods.is_everything else 1)
        reason = "quantity-too-low" if basket.units(goods) < least else None
    return reason
