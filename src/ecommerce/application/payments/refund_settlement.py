"""What a provider says of a refund, taken in."""

import structlog

from ecommerce.application.orders.contracts import OrderLedger, OrderStanding
from ecommerce.application.payments.axis import payment_axis
from ecommerce.application.payments.ports import PaymentRepository, RefundRepository
from ecommerce.application.payments.provider import RefundState
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import Refund, RefundStatus

log = structlog.get_logger()


class RefundSettlement:
    """Works in the unit of work of its caller, which has locked order and payment. Repeats change nothing."""

    def __init__(self, ledger: OrderLedger, payments: PaymentRepository, refunds: RefundRepository) -> None:
        self._ledger = ledger
        self._payments = payments
        self._refunds = refunds

    async def take_in(
        self, order: OrderStanding, payment: Payment, refund: Refund, said: RefundState, source: str
    ) -> bool:
        """True when that changed anything."""
        before = refund.status
        if not refund.learn(said.status, said.ref, said.failure):
            return False
        await self._refunds.save(refund)
        await self._book(payment, refund, source)
        if refund.status is before:
            return True
        axis = payment_axis(payment, order) or "paid"
        if refund.status is RefundStatus.SUCCEEDED:
            await self._ledger.money_returned(order, refund.id, refund.money.amount, axis, refund.actor)
            await self._restock(order, refund)
        elif before is RefundStatus.SUCCEEDED:
            log.critical("payments.refund_bounced", refund_id=str(refund.id), order=order.number)
            note = f"the refund of {refund.money} came back: {refund.failure}"
            amount = refund.money.amount
            await self._ledger.money_came_back(order, amount, axis, note, f"payments:{source}")
        return True

    async def fail(self, payment: Payment, refund: Refund, reason: str, source: str) -> None:
        """The provider refuses: what was set aside is free again."""
        if refund.refuse(reason):
            await self._refunds.save(refund)
            await self._book(payment, refund, source)

    async def _book(self, payment: Payment, refund: Refund, source: str) -> None:
        succeeded, pending = await self._refunds.sums(payment.id)
        payment.count_refunds(succeeded=succeeded, pending=pending)
        await self._payments.save(payment)
        why = f": {refund.failure}" if refund.failure else ""
        await self._payments.note(payment, source, f"refund of {refund.money} {refund.status.value}{why}")

    async def _restock(self, order: OrderStanding, refund: Refund) -> None:
        if refund.restock and refund.lines:
            units = {line.line_id: line.quantity for line in refund.lines}
            await self._ledger.restock(order, units, refund.actor)
