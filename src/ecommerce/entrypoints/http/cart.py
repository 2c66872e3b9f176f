"""The caller's cart: a signed-in person's, or a guest's by `X-Cart-Token`."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from ecommerce.application.cart.add_item import AddItem, AddItemHandler
from ecommerce.application.cart.change_line import ChangeLine, ChangeLineHandler
from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.explain_cart import CartExplanation, ExplainCart, ExplainCartHandler
from ecommerce.application.cart.keep_details import KeepDetails, KeepDetailsHandler
from ecommerce.application.cart.ports import Wanted
from ecommerce.application.cart.quote_cart import CartQuote, QuoteCart, QuoteCartHandler
from ecommerce.application.cart.switch_currency import SwitchCurrency, SwitchCurrencyHandler
from ecommerce.application.cart.view import CartView, ShownCart
from ecommerce.domain.cart.refusals import CartChanged, CartEmpty, CurrencyUnavailable
from ecommerce.domain.pricing.refusals import ShippingUnavailable
from ecommerce.domain.shared.kernel import InsufficientStock, InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.address_body import AddressBody
from ecommerce.entrypoints.http.etags import wanted
from ecommerce.entrypoints.http.headers import CartToken, IfMatch
from ecommerce.entrypoints.http.operation import GUEST_OR_CUSTOMER
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, patch, post, put

Quantity = Annotated[int, msgspec.Meta(ge=1, le=999)]
VatNumberText = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
OptionId = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class CartQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`currency` is for a cart that isn't there yet: one that is keeps its own."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None


class AddItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `variant_id` or `sku`."""

    quantity: Quantity
    variant_id: Annotated[UUID | None, msgspec.Meta(examples=[None])] = None
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


class QuantityBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quantity: Quantity


class DetailsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is; null clears."""

    email: Annotated[str, msgspec.Meta(max_length=254)] | None | UnsetType = UNSET
    shipping_address: AddressBody | None | UnsetType = UNSET
    billing_address: AddressBody | None | UnsetType = UNSET
    shipping_option_id: OptionId | None | UnsetType = UNSET
    vat_number: VatNumberText | None | UnsetType = UNSET


class CurrencyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class ExplainBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without an address the one counts that the cart has."""

    shipping_address: AddressBody | None = None


class QuoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shipping_address: AddressBody
    shipping_option_id: OptionId | None = None


def cart_reply(shown: ShownCart) -> Reply[CartView]:
    token = shown.view.token
    headers = {} if token is UNSET else {"X-Cart-Token": str(token)}
    return Reply(shown.view, headers=headers, etag=shown.etag)


class CartController(Controller):
    path = "/cart"
    tags = ("Cart",)

    @get("/", policy=GUEST_OR_CUSTOMER, raises=(InvalidValue,))
    async def show(
        self, query: Query[CartQuery], edit: FromDishka[CartEditor], cart_token: CartToken = None
    ) -> Reply[CartView]:
        """Show the cart at today's prices."""
        return cart_reply(await edit.show(cart_token, query.currency))

    @post(
        "/items",
        status=201,
        policy=GUEST_OR_CUSTOMER,
        idempotent=True,
        raises=(InvalidValue, NotFound, InsufficientStock, StaleVersion),
    )
    async def add_item(
        self,
        data: JSONBody[AddItemBody],
        query: Query[CartQuery],
        handler: FromDishka[AddItemHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Add units of a variant; adding again adds up."""
        if (data.variant_id is None) == (data.sku is None):
            raise InvalidValue("name the variant by variant_id or by sku", pointer="/variant_id")
        command = AddItem(
            token=cart_token,
            wanted=Wanted(data.variant_id, data.sku),
            quantity=data.quantity,
            currency=query.currency,
            if_match=wanted(if_match),
        )
        return cart_reply(await handler(command))

    @patch(
        "/items/{item_id:uuid}",
        policy=GUEST_OR_CUSTOMER,
        raises=(InvalidValue, NotFound, InsufficientStock, CartChanged, StaleVersion),
    )
    async def set_quantity(
        self,
        item_id: FromPath[UUID],
        data: JSONBody[QuantityBody],
        handler: FromDishka[ChangeLineHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Set how many units a line has."""
        command = ChangeLine(
            token=cart_token, line_id=item_id, quantity=data.quantity, if_match=wanted(if_match)
        )
        return cart_reply(await handler(command))

    @delete(
        "/items/{item_id:uuid}",
        status=200,
        policy=GUEST_OR_CUSTOMER,
        raises=(NotFound, CartChanged, StaleVersion),
    )
    async def remove_item(
        self,
        item_id: FromPath[UUID],
        handler: FromDishka[ChangeLineHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Remove a line."""
        return cart_reply(
            await handler(ChangeLine(token=cart_token, line_id=item_id, if_match=wanted(if_match)))
        )

    @delete("/items", status=200, policy=GUEST_OR_CUSTOMER, raises=(CartChanged, StaleVersion))
    async def clear(
        self,
        handler: FromDishka[ChangeLineHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Empty the cart."""
        return cart_reply(
            await handler(ChangeLine(token=cart_token, line_id=None, if_match=wanted(if_match)))
        )

    @patch("/", policy=GUEST_OR_CUSTOMER, raises=(InvalidValue, CartChanged, StaleVersion))
    async def keep_details(
        self,
        data: JSONBody[DetailsBody],
        handler: FromDishka[KeepDetailsHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Keep what a checkout of several pages has gathered."""
        shipping, billing = data.shipping_address, data.billing_address
        command = KeepDetails(
            token=cart_token,
            email=data.email,
            shipping_address=shipping.to_address() if isinstance(shipping, AddressBody) else shipping,
            billing_address=billing.to_address() if isinstance(billing, AddressBody) else billing,
            shipping_option_id=data.shipping_option_id,
            vat_number=data.vat_number,
            if_match=wanted(if_match),
        )
        return cart_reply(await handler(command))

    @put(
        "/currency",
        policy=GUEST_OR_CUSTOMER,
        raises=(InvalidValue, CurrencyUnavailable, CartChanged, StaleVersion),
    )
    async def switch_currency(
        self,
        data: JSONBody[CurrencyBody],
        handler: FromDishka[SwitchCurrencyHandler],
        cart_token: CartToken = None,
        if_match: IfMatch = None,
    ) -> Reply[CartView]:
        """Price all of the cart in another currency."""
        command = SwitchCurrency(token=cart_token, currency=data.currency, if_match=wanted(if_match))
        return cart_reply(await handler(command))

    @post("/quote", policy=GUEST_OR_CUSTOMER, raises=(InvalidValue, ShippingUnavailable, CartEmpty))
    async def quote(
        self,
        data: JSONBody[QuoteBody],
        handler: FromDishka[QuoteCartHandler],
        cart_token: CartToken = None,
    ) -> CartQuote:
        """Tell what the cart would cost at an address, and how it can get there."""
        return await handler(
            QuoteCart(
                token=cart_token,
                shipping_address=data.shipping_address.to_address(),
                shipping_option_id=data.shipping_option_id,
            )
        )

    @post("/explain", policy=GUEST_OR_CUSTOMER, raises=(InvalidValue, ShippingUnavailable))
    async def explain(
        self,
        data: JSONBody[ExplainBody | None],
        handler: FromDishka[ExplainCartHandler],
        cart_token: CartToken = None,
    ) -> CartExplanation:
        """Tell every promotion that was considered, and why it applies or not."""
        named = data.shipping_address if data is not None else None
        address = None if named is None else named.to_address()
        return await handler(ExplainCart(token=cart_token, shipping_address=address))
