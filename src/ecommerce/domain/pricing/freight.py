"""Shipping while promotions work on it."""

from ecommerce.domain.pricing.conditions import Reason
from ecommerce.domain.pricing.offer import NOTHING, Offer, percent_of
from ecommerce.domain.pricing.promotion import Benefit, FreeShipping
from ecommerce.domain.pricing.snapshot import Shipping


class Freight:
    """`left` is what is left to be paid of the shipping price; nothing while it isn't known."""

    __slots__ = ("_shipping", "left")

    def __init__(self, shipping: Shipping | None) -> None:
        self._shipping = shipping
        self.left = shipping.price if shipping else 0

    def work_out(self, benefit: Benefit) -> Offer | Reason:
        if self._shipping is None:
            return "country-unknown"
        if not isinstance(benefit, FreeShipping) or not benefit.is_for(self._shipping.method):
            return NOTHING
        return Offer(percent_of(self.left, benefit.ppm))

    def carry_out(self, offer: Offer) -> None:
        self.left -= offer.discount
