"""Whether a promotion's conditions hold: a reason code, or None where they do.

They look at the cart before any discount, so that no promotion can switch another one on or off.
"""

from typing import Literal, TypeAlias

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.promotion import Conditions, Promotion
from ecommerce.domain.pricing.snapshot import Buyer

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
    if not promotion.has_currency(currency):
        return "currency"
    conditions = promotion.conditions
    return _of_the_buyer(conditions, buyer) or _of_the_goods(conditions, currency, basket)


def _of_the_buyer(conditions: Conditions, buyer: Buyer) -> Reason | None:
    if conditions.countries and buyer.country not in conditions.countries:
        return "country-unknown" if buyer.country is None else "country"
    if conditions.customer_groups and conditions.customer_groups.isdisjoint(buyer.groups):
        return "customer-group"
    if conditions.first_order and not buyer.first_order:
        return "not-first-order"
    return None


def _of_the_goods(conditions: Conditions, currency: str, basket: Basket) -> Reason | None:
    if conditions.min_subtotal and basket.subtotal < conditions.min_subtotal[currency]:
        return "subtotal-too-low"
    asks_for_goods = conditions.min_quantity or not conditions.goods.is_everything
    if asks_for_goods and basket.units(conditions.goods) < max(1, conditions.min_quantity):
        return "quantity-too-low"
    return None
