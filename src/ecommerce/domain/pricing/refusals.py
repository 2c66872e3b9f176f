"""Why something can't be had at a price, or at all."""

from typing import Self

from ecommerce.domain.shared.kernel import Conflict, InvalidValue


class ShippingUnavailable(InvalidValue):
    code = "shipping-unavailable"


class CouponNotApplicable(InvalidValue):
    """`data`: `reason`, why it doesn't apply to this cart; unknown, expired and foreign codes are alike."""

    code = "coupon-not-applicable"


class CouponExhausted(Conflict):
    """A code, or its promotion, has no use left, or none for this customer.

    `data`: `reason`, as promotions explain themselves: `exhausted`, `customer-limit`, `budget-exhausted`.
    """

    code = "coupon-exhausted"

    @classmethod
    def of(cls, promotion: str, *, by_customer: bool) -> Self:
        """`by_customer`: others may have a use of it still."""
        if by_customer:
            return cls(f"{promotion} was used as often as one customer may", reason="customer-limit")
        return cls(f"{promotion} was used as often as it may be", reason="exhausted")


class LimitBelowUse(Conflict):
    """A promotion was used more often, or took off more, than it would be allowed to."""

    code = "limit-below-use"


class CodeTaken(Conflict):
    """Another promotion, or the same, has this code already."""

    code = "code-taken"


class AreaTaken(Conflict):
    """Another zone of its kind has exactly this area. `data`: `pointer` into the caller's body, `zone_id`."""

    code = "area-taken"
