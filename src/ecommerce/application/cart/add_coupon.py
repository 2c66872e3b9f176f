"""Put a coupon code into the cart."""

from dataclasses import dataclass

import msgspec

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import CartPresenter, ShownCart
from ecommerce.application.pricing.contracts import CouponCodes, HeldCoupon
from ecommerce.domain.pricing.coupon_code import canonical
from ecommerce.domain.pricing.refusals import CouponExhausted, CouponNotApplicable

UNKNOWN = "unknown-code"
# There is no use left: of the code, of its promotion, for this customer.
USED_UP = frozenset({"exhausted", "budget-exhausted", "customer-limit"})
# It may apply to the same cart later: when the address is known, or what gives more has ended.
MAY_APPLY = frozenset({"country-unknown", "outdone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCoupon:
    token: str | None
    code: str
    if_match: str | None = None


class AddCouponHandler:
    """Raises `InvalidValue` for what can't be a code and for one too many, `CouponExhausted` for one that is
    used up, `CouponNotApplicable` for one that does not apply to this cart. Whether a code is unknown,
    expired, disabled or somebody else's is not told apart. What is in the cart already stays there.
    """

    def __init__(self, edit: CartEditor, codes: CouponCodes, presenter: CartPresenter) -> None:
        self._edit = edit
        self._codes = codes
        self._presenter = presenter

    async def __call__(self, command: AddCoupon) -> ShownCart:
        canonical(command.code)
        found = await self._codes.find(command.code)
        if found is None or not found.live:
            raise _unknown()
        coupon = HeldCoupon(
            code=found.code,
            coupon_code_id=found.coupon_code_id,
            promotion_id=found.promotion_id,
            used_up=found.used_up,
        )

        async def add(loaded: LoadedCart) -> None:
            if coupon.coupon_code_id in loaded.cart.coupons:
                return
            loaded.cart.add_coupon(coupon.coupon_code_id, coupon.code)
            facts = loaded.facts
            loaded.facts = msgspec.structs.replace(facts, coupons=[*facts.coupons, coupon])
            await self._expect_applicable(loaded, coupon)

        return await self._edit(command.token, add, if_match=command.if_match)

    async def _expect_applicable(self, loaded: LoadedCart, coupon: HeldCoupon) -> None:
        quote = await self._presenter.quote(loaded)
        state = next(each for each in quote.coupons if each.code == coupon.code)
        if state.applied or state.reason in MAY_APPLY:
            return
        if state.reason == UNKNOWN:
            raise _unknown()
        if state.reason in USED_UP:
            raise CouponExhausted("this code was used as often as it may be", reason=state.reason)
        told = (each.detail for each in quote.considered if each.id == coupon.promotion_id)
        raise CouponNotApplicable(
            f"this code does not apply: {next(told, 'not to this cart')}", "/code", reason=state.reason
        )


def _unknown() -> CouponNotApplicable:
    return CouponNotApplicable("there is no such code", "/code", reason=UNKNOWN)
