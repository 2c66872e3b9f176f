"""Coupon codes in the caller's cart."""

from typing import Annotated

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.cart.add_coupon import AddCoupon, AddCouponHandler
from ecommerce.application.cart.remove_coupon import RemoveCoupon, RemoveCouponHandler
from ecommerce.application.cart.view import CartView
from ecommerce.domain.cart.refusals import CartChanged
from ecommerce.domain.pricing.refusals import CouponExhausted, CouponNotApplicable
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.cart import cart_reply
from ecommerce.entrypoints.http.etags import wanted
from ecommerce.entrypoints.http.headers import CartToken, IfMatch
from ecommerce.entrypoints.http.operation import GUEST_OR_CUSTOMER
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import delete, post


class CouponBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Blanks, dashes and small letters don't matter."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class CartCouponController(Controller):
    path = "/cart/coupons"
    tags = ("Cart",)

    @post(
        "/",
        policy=GUEST_OR_CUSTOMER,
        # Few enough that nobody finds a code by trying.
        rate_limit="checkout",
        idempotent=True,
        raises=(InvalidValue, CouponNotApplicable, CouponExhausted, CartChanged, StaleVersion),
    )
    async def add(
        self,
        data: JSONBody[CouponBody],
        handler: FromDishka[AddCouponHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Add a code; the same one twice is once."""
        command = AddCoupon(token=cart_token, code=data.code, if_match=wanted(if_match))
        return cart_reply(await handler(command))

    @delete("/{code:str}", status=200, policy=GUEST_OR_CUSTOMER, raises=(NotFound, CartChanged, StaleVersion))
    async def remove(
        self,
        code: FromPath[str],
        handler: FromDishka[RemoveCouponHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Remove a code."""
        command = RemoveCoupon(token=cart_token, code=code, if_match=wanted(if_match))
        return cart_reply(await handler(command))
