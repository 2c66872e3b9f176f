"""Money for an order that is over: it goes back by itself."""

from ecommerce.application.orders.contracts import OrderStanding
from ecommerce.application.payments.ports import PaymentRepository, RefundRepository
from ecommerce.application.shared.ports import Clock, Ids, Outbox
from ecommerce.domain.payments.events import LateAuthorization, RefundRequested
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import Refund
from ecommerce.domain.payments.state import MONEY_TAKEN, PaymentStatus
from ecommerce.domain.shared.ids import RefundId
from ecommerce.domain.shared.money import Money

OVER = ("cancelled", "expired")


class OwedRefunds:
    """Works in the unit of work of its caller, which has locked order and payment."""

    def __init__(
        self,
        payments: PaymentRepository,
        refunds: RefundRepository,
        outbox: Outbox,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._refunds = refunds
        self._outbox = outbox
        self._ids = ids
        self._clock = clock

    async def when_order_is_over(self, order: OrderStanding, payment: Payment) -> bool:
        """File a refund of all that is left, to be sent by a job. Doing it twice finds nothing left."""
        if order.status not in OVER:
            return False
        if payment.status is PaymentStatus.AUTHORIZED:
            await self._outbox.add([LateAuthorization(payment_id=payment.id, order_id=order.id)])
        if payment.status not in MONEY_TAKEN:
            return False
        amount = payment.refundable
        if amount < 1 or not await self._payments.claim(payment.id, amount):
            return False
        refund = Refund(
            id=RefundId(self._ids.new()),
            payment_id=payment.id,
            order_id=order.id,
            money=Money(amount, payment.money.currency),
            reason="other",
            note=f"the order is {order.status}",
            actor="system:payments",
            created_at=self._clock.now(),
        )
        await self._refunds.add(refund)
        await self._outbox.add([RefundRequested(payment_id=payment.id, refund_id=refund.id)])
        return True
