"""Events that people are told of, and the sending of what was queued for them."""

from uuid import UUID

import structlog
from dishka import AsyncContainer

from ecommerce.application.notifications.deliver_notification import (
    DeliverNotification,
    DeliverNotificationHandler,
)
from ecommerce.application.notifications.tell_about_order import (
    News,
    OrderTeller,
    TellAboutOrder,
    TellAboutRefund,
)
from ecommerce.entrypoints.worker.delivery import Delivery, Subscriber, Subscription

log = structlog.get_logger()


def _tell(news: News) -> Subscriber:
    async def tell(container: AsyncContainer, delivery: Delivery) -> None:
        teller = await container.get(OrderTeller)
        await teller.tell(TellAboutOrder(order_id=UUID(delivery.payload["order_id"]), news=news))

    return tell


async def tell_of_refund(container: AsyncContainer, delivery: Delivery) -> None:
    teller = await container.get(OrderTeller)
    await teller.tell_of_refund(
        TellAboutRefund(
            order_id=UUID(delivery.payload["order_id"]),
            refund_id=UUID(delivery.payload["refund_id"]),
            amount=delivery.payload["amount"],
            currency=delivery.payload["currency"],
        )
    )


async def send(container: AsyncContainer, delivery: Delivery) -> None:
    handler = await container.get(DeliverNotificationHandler)
    letter_id = UUID(delivery.payload["notification_id"])
    outcome = await handler(DeliverNotification(notification_id=letter_id))
    if outcome == "failed":
        log.warning("notifications.failed", notification_id=str(letter_id))


SUBSCRIPTIONS = (
    Subscription("OrderConfirmed", "notifications.tell", _tell("confirmed")),
    Subscription("OrderCancelled", "notifications.tell", _tell("cancelled")),
    Subscription("OrderExpired", "notifications.tell", _tell("expired")),
    Subscription("OrderRefunded", "notifications.tell", tell_of_refund),
    Subscription("NotificationQueued", "notifications.send", send),
)
