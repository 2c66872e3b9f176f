"""What promotions do when an order was paid."""

from uuid import UUID

from dishka import AsyncContainer

from ecommerce.application.pricing.consume_promotions import ConsumePromotionsHandler
from ecommerce.entrypoints.worker.delivery import Delivery, Subscription


async def consume(container: AsyncContainer, delivery: Delivery) -> None:
    handler = await container.get(ConsumePromotionsHandler)
    await handler(UUID(delivery.payload["order_id"]))


SUBSCRIPTIONS = (Subscription("OrderPaid", "promotions.consume", consume),)
