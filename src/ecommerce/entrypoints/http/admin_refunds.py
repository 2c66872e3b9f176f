"""Money of orders, by staff: marked as received, given back."""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.orders.contracts import RefundView
from ecommerce.application.payments.capture_order import PERMISSION as CAPTURE_PERMISSION
from ecommerce.application.payments.capture_order import CaptureOrder, CaptureOrderHandler
from ecommerce.application.payments.payment_view import PaymentView, payment_view
from ecommerce.application.payments.ports import PaymentQueries
from ecommerce.application.payments.records import Viewer
from ecommerce.application.payments.refund_order import PERMISSION, RefundOrder, RefundOrderHandler
from ecommerce.application.payments.refund_plan import RefundWish
from ecommerce.application.shared.call import Call
from ecommerce.domain.payments.refund import RefundExceedsCaptured, RefundRefused
from ecommerce.domain.shared.kernel import IllegalTransition, InvalidValue, NotFound
from ecommerce.domain.shared.money import MAX_AMOUNT, Money
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.routing import post


class RefundAmountBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class RefundItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    item_id: UUID
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)]


class RefundBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either an `amount` or `items`. With `restock` what comes back is put on sale again."""

    reason: Literal["requested_by_customer", "duplicate", "fraudulent", "damaged", "other"]
    amount: RefundAmountBody | None = None
    items: Annotated[
        Annotated[list[RefundItemBody], msgspec.Meta(min_length=1, max_length=100)] | None,
        msgspec.Meta(examples=[None]),
    ] = None
    note: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    # Of an amount alone nobody knows what comes back.
    restock: Annotated[bool, msgspec.Meta(examples=[False])] = False

    def wish(self) -> RefundWish:
        """Raises `InvalidValue` unless there is exactly one of amount and items, each item once."""
        if (self.amount is None) == (self.items is None):
            raise InvalidValue("give either an amount or items")
        if self.amount is not None:
            money = Money(self.amount.amount, self.amount.currency)
            return RefundWish(money=money, restock=self.restock)
        units: dict[UUID, int] = {}
        for index, item in enumerate(self.items or ()):
            if item.item_id in units:
                raise InvalidValue("name each item once", f"/items/{index}/item_id")
            units[item.item_id] = item.quantity
        return RefundWish(items=units, restock=self.restock)


class AdminRefundController(Controller):
    path = "/admin/orders/{number:str}"
    tags = ("Admin: orders",)

    @post(
        "/capture",
        policy=staff(CAPTURE_PERMISSION),
        idempotent=True,
        raises=(NotFound, IllegalTransition),
    )
    async def capture(
        self,
        number: FromPath[str],
        handler: FromDishka[CaptureOrderHandler],
        queries: FromDishka[PaymentQueries],
        call: FromDishka[Call],
    ) -> PaymentView:
        """Mark an order that is paid outside (bank transfer, cash) as paid."""
        payment_id = await handler(CaptureOrder(number=number, actor=call.actor))
        return payment_view(await queries.payment(payment_id, Viewer(sees_all=True)))

    @post(
        "/refunds",
        status=201,
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(InvalidValue, NotFound, RefundExceedsCaptured, RefundRefused),
    )
    async def refund(
        self,
        number: FromPath[str],
        data: JSONBody[RefundBody],
        handler: FromDishka[RefundOrderHandler],
        call: FromDishka[Call],
    ) -> RefundView:
        """Give money back. `pending` while the provider has not answered: it is asked again by itself."""
        key = call.idempotency_key
        return await handler(
            RefundOrder(
                number=number,
                wish=data.wish(),
                reason=data.reason,
                note=data.note,
                actor=call.actor,
                request_key=hashlib.sha256(key.scope + key.body).digest() if key else None,
            )
        )
