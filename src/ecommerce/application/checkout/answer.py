"""What the buyer is told of a placed order: the order, how to pay it, and a guest's token."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.checkout.order_tokens import OrderTokens
from ecommerce.application.checkout.ports import PlacedOrder
from ecommerce.application.orders.contracts import OrderView, OrderViews
from ecommerce.application.payments.contracts import PaymentStarted, PaymentStarter, PaymentWanted
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.money import Money


@dataclass(frozen=True, slots=True)
class Placed:
    """`created` is False when the cart was this order already. Guests get a token for it."""

    order: OrderView
    payment: PaymentStarted
    order_token: str | None
    created: bool


class PlacedAnswer:
    def __init__(
        self,
        orders: OrderViews,
        payments: PaymentStarter,
        tokens: OrderTokens,
        uow: UnitOfWork,
        call: Call,
    ) -> None:
        self._orders = orders
        self._payments = payments
        self._tokens = tokens
        self._uow = uow
        self._call = call

    async def first(self, order: PlacedOrder) -> Placed:
        payment = PaymentStarted(
            id=order.payment_id, provider=order.payment_method, status=order.payment_state
        )
        if order.payment_method == "stripe" and order.total > 0:
            money = Money(order.total, order.currency)
            payment = await self._payments.start(
                PaymentWanted(
                    payment_id=order.payment_id, order_id=order.id, order_number=order.number, money=money
                )
            )
        return Placed(await self._orders.by_id(order.id), payment, self._token(order.id), created=True)

    async def again(self, order_id: UUID) -> Placed:
        if self._call.idempotency_key is not None:
            async with self._uow.begin():  # nothing to write, but the key must be ours to be answered
                pass
        order = await self._orders.by_id(order_id)
        payment = await self._payments.standing(order_id)
        if payment.provider == "stripe" and payment.client_secret is None and order.status == "pending":
            # Whoever placed it is still at the provider, or died there: the same key finds the same intent.
            payment = await self._payments.start(
                PaymentWanted(
                    payment_id=payment.id,
                    order_id=order.id,
                    order_number=order.number,
                    money=order.totals.total.to_money(),
                )
            )
        return Placed(order, payment, self._token(order_id), created=False)

    def _token(self, order_id: UUID) -> str | None:
        return None if self._call.actor.account_id else self._tokens.of(order_id)
