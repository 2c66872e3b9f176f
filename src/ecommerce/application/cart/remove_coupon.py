"""Take a coupon code out of the cart."""

from dataclasses import dataclass

import msgspec

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import ShownCart
from ecommerce.domain.pricing.coupon_code import canonical
from ecommerce.domain.shared.kernel import InvalidValue, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCoupon:
    """`code` in any way it may be typed."""

    token: str | None
    code: str
    if_match: str | None = None


class RemoveCouponHandler:
    """Raises `NotFound` for a code that isn't in the caller's cart."""

    def __init__(self, edit: CartEditor) -> None:
        self._edit = edit

    async def __call__(self, command: RemoveCoupon) -> ShownCart:
        try:
            wanted = canonical(command.code)
        except InvalidValue:
            raise NotFound("there is no such code in your cart") from None

        async def remove(loaded: LoadedCart) -> None:
            held = {canonical(code): key for key, code in loaded.cart.coupons.items()}
            if wanted not in held:
                raise NotFound("there is no such code in your cart")
            loaded.cart.remove_coupon(held[wanted])
            left = [each for each in loaded.facts.coupons if each.coupon_code_id in loaded.cart.coupons]
            loaded.facts = msgspec.structs.replace(loaded.facts, coupons=left)

        return await self._edit(command.token, remove, if_match=command.if_match)
