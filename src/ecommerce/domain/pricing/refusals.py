"""Why a promotion may not be used."""

from typing import Self

from ecommerce.domain.shared.kernel import Conflict, InvalidValue


class CouponNotApplicable(InvalidValue):
    """The code opens nothing here. `data`: `reason`, a code; unknown, expired and foreign ones are alike."""

    code = "coupon-not-applicable"


class CouponExhausted(Conflict):
    """There is no use left of it, or not for this customer. `data`: `reason`, `limit` or `customer-limit`."""

    code = "coupon-exhausted"

    @classmethod
    def of(cls, promotion: str, *, by_customer: bool) -> Self:
        """`by_customer`: others may have a use of it still."""
        if by_customer:
            return cls(f"{promotion} was used as often as one customer may", reason="customer-limit")
        return cls(f"{promotion} was used as often as it may be", reason="limit")
