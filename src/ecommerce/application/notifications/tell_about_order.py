"""Tell the buyer what happened to their order."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec

from ecommerce.application.notifications.contracts import Message, Notifier
from ecommerce.application.orders.contracts import OrderView, OrderViews
from ecommerce.application.shared.erased import is_erased
from ecommerce.application.shared.ports import UnitOfWork

News = Literal["confirmed", "cancelled", "expired"]

# What a mail shows of an order. The rest, and what it doesn't need of a person, isn't copied into it.
_SHOWN = {
    "number",
    "payment_status",
    "currency",
    "items",
    "totals",
    "shipping_address",
    "billing_address",
    "shipping_option",
    "created_at",
}


@dataclass(frozen=True, slots=True)
class Language:
    """The language of what we write to people who told us none."""

    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAboutOrder:
    order_id: UUID
    news: News


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAboutRefund:
    order_id: UUID
    refund_id: UUID
    amount: int
    currency: str


class OrderTeller:
    """Repeating a command queues nothing more: the effect key is the order's, or the refund's."""

    def __init__(self, uow: UnitOfWork, orders: OrderViews, notifier: Notifier, language: Language) -> None:
        self._uow = uow
        self._orders = orders
        self._notifier = notifier
        self._language = language

    async def tell(self, command: TellAboutOrder) -> None:
        order = await self._orders.by_id(command.order_id)
        await self._queue(
            order, f"order-{command.news}:{order.id}", f"order_{command.news}", {"order": _shown(order)}
        )

    async def tell_of_refund(self, command: TellAboutRefund) -> None:
        order = await self._orders.by_id(command.order_id)
        context = {
            "order": _shown(order),
            "amount": {"amount": command.amount, "currency": command.currency},
            "remaining": {
                "amount": order.totals.total.amount - order.totals.refunded.amount,
                "currency": order.currency,
            },
        }
        await self._queue(order, f"order-refunded:{command.refund_id}", "order_refunded", context)

    async def _queue(self, order: OrderView, effect_key: str, template: str, context: dict[str, Any]) -> None:
        if is_erased(order.email):  # there is nobody any more who could be told
            return
        message = Message(
            effect_key=effect_key,
            template=template,
            recipient=order.email,
            locale=self._language.locale,
            context=context,
        )
        async with self._uow.begin():
            await self._notifier.queue(message)


def _shown(order: OrderView) -> dict[str, Any]:
    view: dict[str, Any] = msgspec.to_builtins(order)
    return {name: value for name, value in view.items() if name in _SHOWN}
