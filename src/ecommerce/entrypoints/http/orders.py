"""Placing orders, and the buyer's own orders."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from ecommerce.application.checkout.answer import Placed
from ecommerce.application.checkout.command import PlaceOrder
from ecommerce.application.checkout.details import DetailsGiven
from ecommerce.application.checkout.place_order import PlaceOrderHandler
from ecommerce.application.orders.cancel_order import CancelOrderHandler
from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.orders.ports import OrderQueries, Position
from ecommerce.application.orders.show_order import ShowOrderHandler
from ecommerce.application.payments.contracts import PaymentStarted
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.call import Call
from ecommerce.domain.cart.refusals import CartChanged, CartEmpty
from ecommerce.domain.checkout.refusals import PriceChanged, TooManyUnpaidOrders
from ecommerce.domain.pricing.refusals import CouponExhausted, CouponNotApplicable, ShippingUnavailable
from ecommerce.domain.shared.kernel import (
    IllegalTransition,
    InsufficientStock,
    InvalidValue,
    NotFound,
    Unauthenticated,
)
from ecommerce.entrypoints.http.address_body import AddressBody
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.headers import CartToken, OrderToken
from ecommerce.entrypoints.http.operation import CUSTOMER, GUEST_OR_CUSTOMER
from ecommerce.entrypoints.http.pages import COUNTED, DEFAULT_PAGE_SIZE, Links, Page
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, get, post

OrderNumber = FromPath[str]


class AmountBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Annotated[int, msgspec.Meta(ge=0, le=10**15)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class PlaceOrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out is taken from what PATCH /cart has kept. Guests give an `email`."""

    payment_method: Literal["stripe", "manual"]
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    shipping_address: AddressBody | None = None
    shipping_address_id: Annotated[UUID | None, msgspec.Meta(examples=[None])] = None
    billing_address: AddressBody | None = None
    billing_address_id: Annotated[UUID | None, msgspec.Meta(examples=[None])] = None
    shipping_option_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    note: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    expected_total: AmountBody | None = None


class PlacedOrderView(OrderView, frozen=True, kw_only=True):
    """The order, how to pay it, and the guest's token for it."""

    payment: PaymentStarted
    order_token: str | UnsetType = UNSET


class OrderTokenQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_token: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class OrderListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, msgspec.Meta(ge=1)] | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = DEFAULT_PAGE_SIZE
    cursor: str | None = None


def _placed(placed: Placed) -> Reply[PlacedOrderView]:
    token = UNSET if placed.order_token is None else placed.order_token
    order = {name: getattr(placed.order, name) for name in OrderView.__struct_fields__}
    view = PlacedOrderView(**order, payment=placed.payment, order_token=token)
    return Reply(view, status=201 if placed.created else 200)


class OrderController(Controller):
    path = "/orders"
    tags = ("Orders",)

    @post(
        "/",
        status=201,
        policy=GUEST_OR_CUSTOMER,
        rate_limit="checkout",
        idempotent=True,
        also={200: "OK: the order that this cart is already"},
        raises=(
            InvalidValue,
            ShippingUnavailable,
            NotFound,
            CartEmpty,
            CartChanged,
            PriceChanged,
            CouponExhausted,
            CouponNotApplicable,
            InsufficientStock,
            TooManyUnpaidOrders,
        ),
    )
    async def place(
        self,
        data: JSONBody[PlaceOrderBody],
        handler: FromDishka[PlaceOrderHandler],
        cart_token: CartToken = None,
    ) -> Reply[PlacedOrderView]:
        """Place the cart: 201 with the order, or 200 with the order it already is."""
        expected = data.expected_total
        command = PlaceOrder(
            token=cart_token,
            details=DetailsGiven(
                email=data.email,
                shipping_address=data.shipping_address.to_address() if data.shipping_address else None,
                shipping_address_id=data.shipping_address_id,
                billing_address=data.billing_address.to_address() if data.billing_address else None,
                billing_address_id=data.billing_address_id,
                shipping_option_id=data.shipping_option_id,
            ),
            payment_method=data.payment_method,
            note=data.note,
            expected_total=Amount(expected.amount, expected.currency) if expected else None,
        )
        return _placed(await handler(command))

    @get("/", policy=CUSTOMER, raises=(InvalidValue, Unauthenticated))
    async def mine(
        self,
        query: Query[OrderListQuery],
        orders: FromDishka[OrderQueries],
        call: FromDishka[Call],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[OrderView]:
        """List your orders, newest first."""
        account_id = call.actor.require_account()
        size, page = query.page_size, query.page or 1
        if (page - 1) * size >= COUNTED:
            raise InvalidValue("follow `next` to get this far", pointer="/query/page")
        fingerprint = f"orders:{account_id}:{size}"
        position = None
        if query.cursor is not None:
            position = _position(cursors.decode(query.cursor, fingerprint))
        found = await orders.of_account(account_id, size, position, (page - 1) * size)
        back = position is not None and position.backwards
        has_next = found.more or back
        has_previous = page > 1 or (found.more if back else position is not None)

        def link(order: OrderView | None, backwards: bool) -> str | None:
            if order is None:
                return None
            cursor = cursors.encode([order.created_at.isoformat(), str(order.id), backwards], fingerprint)
            return links.page("/api/v1/orders", [("page_size", str(size))], cursor)

        edge = found.orders
        return Page(
            count=min(found.count, COUNTED),
            next=link(edge[-1], False) if has_next and edge else None,
            previous=link(edge[0], True) if has_previous and edge else None,
            results=edge,
            count_is_minimum=found.count > COUNTED,
        )

    @get("/{number:str}", policy=GUEST_OR_CUSTOMER, raises=(NotFound,))
    async def show(
        self,
        number: OrderNumber,
        query: Query[OrderTokenQuery],
        handler: FromDishka[ShowOrderHandler],
        call: FromDishka[Call],
        order_token: OrderToken = None,
    ) -> OrderView:
        """Show one of your orders; a guest's by its token."""
        return await handler(number, call.actor, order_token or query.order_token)

    @post(
        "/{number:str}/cancel",
        policy=GUEST_OR_CUSTOMER,
        idempotent=True,
        raises=(NotFound, IllegalTransition),
    )
    async def cancel(
        self,
        number: OrderNumber,
        query: Query[OrderTokenQuery],
        handler: FromDishka[CancelOrderHandler],
        call: FromDishka[Call],
        order_token: OrderToken = None,
    ) -> OrderView:
        """Cancel an order that isn't on its way: stock and money go back."""
        return await handler(number, call.actor, order_token or query.order_token)


def _position(payload: list[Any]) -> Position:
    created_at, order_id, backwards = payload
    return Position(datetime.fromisoformat(created_at), UUID(order_id), backwards)
