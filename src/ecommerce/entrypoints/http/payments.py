"""Payments as their buyer sees and pays them."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.payments.open_intent import OpenIntent, OpenIntentHandler
from ecommerce.application.payments.payment_view import IntentView, PaymentView, payment_view
from ecommerce.application.payments.ports import PaymentQueries
from ecommerce.application.payments.records import Viewer
from ecommerce.application.payments.sync_payment import SyncPayment, SyncPaymentHandler
from ecommerce.application.shared.call import Call
from ecommerce.domain.payments.payment import PaymentDeclined
from ecommerce.domain.shared.kernel import IllegalTransition, NotFound, Unavailable
from ecommerce.entrypoints.http.headers import OrderToken
from ecommerce.entrypoints.http.operation import GUEST_OR_CUSTOMER
from ecommerce.entrypoints.http.routing import Query, get, post


class IntentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class OrderTokenQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_token: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class PaymentController(Controller):
    path = "/payments"
    tags = ("Payments",)

    @post(
        "/intents",
        policy=GUEST_OR_CUSTOMER,
        rate_limit="checkout",
        idempotent=True,
        raises=(NotFound, IllegalTransition, PaymentDeclined, Unavailable),
    )
    async def open_intent(
        self,
        data: JSONBody[IntentBody],
        query: Query[OrderTokenQuery],
        handler: FromDishka[OpenIntentHandler],
        call: FromDishka[Call],
        order_token: OrderToken = None,
    ) -> IntentView:
        """Get what the order is paid with: the same intent each time, until it is cancelled."""
        viewer = Viewer.of(call.actor, order_token or query.order_token, "orders:write")
        return await handler(OpenIntent(order_number=data.order_number, viewer=viewer))

    @get("/{payment_id:uuid}", policy=GUEST_OR_CUSTOMER, raises=(NotFound,))
    async def show(
        self,
        payment_id: FromPath[UUID],
        query: Query[OrderTokenQuery],
        queries: FromDishka[PaymentQueries],
        call: FromDishka[Call],
        order_token: OrderToken = None,
    ) -> PaymentView:
        """Show a payment of one of your orders, with all that happened to it."""
        viewer = Viewer.of(call.actor, order_token or query.order_token)
        return payment_view(await queries.payment(payment_id, viewer))

    @post(
        "/{payment_id:uuid}/sync",
        policy=GUEST_OR_CUSTOMER,
        rate_limit="checkout",
        idempotent=True,
        raises=(NotFound, Unavailable),
    )
    async def sync(
        self,
        payment_id: FromPath[UUID],
        query: Query[OrderTokenQuery],
        handler: FromDishka[SyncPaymentHandler],
        call: FromDishka[Call],
        order_token: OrderToken = None,
    ) -> PaymentView:
        """Ask the provider now: for the return page, when the webhook is late."""
        viewer = Viewer.of(call.actor, order_token or query.order_token, "orders:write")
        return await handler(SyncPayment(payment_id=payment_id, viewer=viewer))
