"""An order is over: nothing more may be paid for it, and what was paid goes back."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.orders.contracts import OrderLedger
from ecommerce.application.payments.owed import OVER, OwedRefunds
from ecommerce.application.payments.ports import (
    PaymentGateway,
    PaymentQueries,
    PaymentRepository,
    StartedPayments,
)
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.payments.state import ENDED, MONEY_TAKEN, PaymentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePayments:
    order_id: UUID


@dataclass(frozen=True, slots=True)
class ClosingBooks:
    uow: UnitOfWork
    ledger: OrderLedger
    payments: PaymentRepository
    owed: OwedRefunds


class ClosePaymentsHandler:
    """The provider decides between its cancelling and a payment that comes in at the same moment."""

    def __init__(
        self,
        queries: PaymentQueries,
        known: StartedPayments,
        gateway: PaymentGateway,
        settle: SettlePaymentHandler,
        books: ClosingBooks,
    ) -> None:
        self._queries = queries
        self._known = known
        self._gateway = gateway
        self._settle = settle
        self._books = books

    async def __call__(self, command: ClosePayments) -> None:
        """Safe to repeat. Raises `Unavailable` when the provider doesn't answer: repeat it then."""
        for payment_id in await self._queries.payments_of(command.order_id):
            standing = await self._known.standing(payment_id)
            if standing.status in ENDED:
                continue
            if standing.provider_ref is not None and standing.status not in MONEY_TAKEN:
                intent = await self._gateway.cancel_intent(standing.provider_ref)
                await self._settle(SettlePayment(intent=intent, source="close"))
            else:
                await self._end(command.order_id, payment_id)

    async def _end(self, order_id: UUID, payment_id: UUID) -> None:
        books = self._books
        async with books.uow.begin():
            order = await books.ledger.lock(order_id)
            payment = await books.payments.lock(payment_id)
            if order.status not in OVER:
                return
            if payment.status in MONEY_TAKEN:
                await books.owed.when_order_is_over(order, payment)
            elif payment.provider_ref is None and payment.status not in ENDED:
                payment.status = PaymentStatus.CANCELLED
                await books.payments.save(payment)
                await books.payments.note(payment, "close", f"the order is {order.status}")
