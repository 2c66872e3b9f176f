"""What payments do when told of something, and at set times."""

from uuid import UUID

from dishka import AsyncContainer

from ecommerce.application.payments.care import (
    ReconcilePaymentsHandler,
    RetryRefundsHandler,
    RetryStartsHandler,
)
from ecommerce.application.payments.close_payments import ClosePayments, ClosePaymentsHandler
from ecommerce.application.payments.handle_webhook import HandleWebhook, HandleWebhookHandler
from ecommerce.application.payments.send_refund import SendRefund, SendRefundHandler
from ecommerce.entrypoints.worker.delivery import Delivery, Subscription


async def handle_webhook(container: AsyncContainer, delivery: Delivery) -> None:
    handler = await container.get(HandleWebhookHandler)
    payload = delivery.payload
    await handler(HandleWebhook(provider=payload["provider"], event_id=payload["event_id"]))


async def close_payments(container: AsyncContainer, delivery: Delivery) -> None:
    handler = await container.get(ClosePaymentsHandler)
    await handler(ClosePayments(order_id=UUID(delivery.payload["order_id"])))


async def send_refund(container: AsyncContainer, delivery: Delivery) -> None:
    """What the provider doesn't answer, `retry_refunds` takes up."""
    handler = await container.get(SendRefundHandler)
    refund_id = UUID(delivery.payload["refund_id"])
    await handler(SendRefund(refund_id=refund_id, source="owed", again=True))


async def retry_starts(container: AsyncContainer) -> None:
    await (await container.get(RetryStartsHandler))()


async def retry_refunds(container: AsyncContainer) -> None:
    await (await container.get(RetryRefundsHandler))()


async def reconcile_payments(container: AsyncContainer) -> None:
    await (await container.get(ReconcilePaymentsHandler))()


SUBSCRIPTIONS = (
    Subscription("WebhookReceived", "payments.handle_webhook", handle_webhook),
    Subscription("OrderCancelled", "payments.close", close_payments),
    Subscription("OrderExpired", "payments.close", close_payments),
    Subscription("LateAuthorization", "payments.close", close_payments),
    Subscription("RefundRequested", "payments.send_refund", send_refund),
)
