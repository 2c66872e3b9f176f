"""Why something can't be had at a price, or at all."""

from ecommerce.domain.shared.kernel import Conflict, InvalidValue


class ShippingUnavailable(InvalidValue):
    code = "shipping-unavailable"


class CouponNotApplicable(InvalidValue):
    """`data`: `reason`, why it doesn't apply to this cart."""

    code = "coupon-not-applicable"


class CouponExhausted(Conflict):
    """A code, or its promotion, has no use left."""

    code = "coupon-exhausted"
