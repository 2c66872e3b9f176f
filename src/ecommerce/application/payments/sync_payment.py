"""Ask the provider now: for the return page, when the webhook is late."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.payments.payment_view import PaymentView, payment_view
from ecommerce.application.payments.ports import PaymentGateway, PaymentQueries
from ecommerce.application.payments.records import Viewer
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPayment:
    payment_id: UUID
    viewer: Viewer


class SyncPaymentHandler:
    def __init__(
        self, queries: PaymentQueries, gateway: PaymentGateway, settle: SettlePaymentHandler
    ) -> None:
        self._queries = queries
        self._gateway = gateway
        self._settle = settle

    async def __call__(self, command: SyncPayment) -> PaymentView:
        """Raises `NotFound` for who may not see it, `Unavailable` when the provider doesn't answer."""
        record = await self._queries.payment(command.payment_id, command.viewer)
        ref = record.standing.provider_ref
        if ref is not None and record.standing.provider == "stripe":
            intent = await self._gateway.get_intent(ref)
            await self._settle(SettlePayment(intent=intent, source="sync"))
            record = await self._queries.payment(command.payment_id, command.viewer)
        return payment_view(record)
