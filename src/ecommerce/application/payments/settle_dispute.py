"""A buyer's bank takes money back, or gives it back again."""

from dataclasses import dataclass

from ecommerce.application.orders.contracts import OrderLedger
from ecommerce.application.payments.axis import payment_axis
from ecommerce.application.payments.ports import PaymentGateway, PaymentRepository
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDispute:
    dispute_ref: str
    source: str


class SettleDisputeHandler:
    """The dispute and its intent are asked for, so that late news of an earlier stage do no harm."""

    def __init__(
        self,
        uow: UnitOfWork,
        gateway: PaymentGateway,
        ledger: OrderLedger,
        payments: PaymentRepository,
        settle: SettlePaymentHandler,
    ) -> None:
        self._uow = uow
        self._gateway = gateway
        self._ledger = ledger
        self._payments = payments
        self._settle = settle

    async def __call__(self, command: SettleDispute) -> str:
        try:
            dispute = await self._gateway.get_dispute(command.dispute_ref)
            if dispute.intent_ref is None:
                return "ignored: a dispute without an intent"
            intent = await self._gateway.get_intent(dispute.intent_ref)
        except NotFound:
            return "ignored: the provider doesn't know it"
        if await self._settle(SettlePayment(intent=intent, source=command.source)) == "not-ours":
            return "not-ours"
        async with self._uow.begin():
            found = await self._payments.locate(intent.ref)
            if found is None:
                return "not-ours"
            order = await self._ledger.lock(found.order_id)
            payment = await self._payments.lock(found.payment_id)
            if not payment.dispute(lost_or_open=dispute.counts):
                return "unchanged"
            await self._payments.save(payment)
            detail = f"dispute {dispute.ref}: {dispute.status}"
            await self._payments.note(payment, command.source, detail)
            axis = payment_axis(payment, order)
            if axis is not None:
                await self._ledger.payment_moved(order, axis, detail, f"payments:{command.source}")
        return "settled"
