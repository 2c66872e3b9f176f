"""The intent with which an order is paid: the same one each time, until the provider cancels it."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.orders.contracts import OrderLedger, OrderStanding
from ecommerce.application.payments.contracts import PaymentStarted, PaymentStarter, PaymentWanted
from ecommerce.application.payments.owed import OVER
from ecommerce.application.payments.payment_view import IntentView
from ecommerce.application.payments.ports import (
    PaymentGateway,
    PaymentQueries,
    PaymentRepository,
    StartedPayments,
)
from ecommerce.application.payments.records import Standing, Viewer
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.ports import Ids, UnitOfWork
from ecommerce.domain.payments.payment import Payment, PaymentDeclined
from ecommerce.domain.payments.state import ENDED, UNDECIDED, PaymentStatus
from ecommerce.domain.shared.kernel import IllegalTransition, Unavailable
from ecommerce.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntent:
    order_number: str
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class Attempts:
    """What a new attempt is written to."""

    uow: UnitOfWork
    ledger: OrderLedger
    payments: PaymentRepository
    ids: Ids

    async def another(self, order_id: UUID) -> None:
        """Follow an attempt that is over by a new one. Whoever comes second finds the first one's."""
        async with self.uow.begin():
            order = await self.ledger.lock(order_id)
            _require_open(order)
            latest = await self.payments.lock_latest(order_id)
            if latest.status not in ENDED:
                return
            payment = Payment(
                id=self.ids.new(),
                order_id=order_id,
                provider=latest.provider,
                attempt=latest.attempt + 1,
                money=Money(order.total, order.currency),
                status=PaymentStatus.PENDING,
            )
            await self.payments.add(payment)
            await self.payments.note(payment, "intents", "a new attempt")


class OpenIntentHandler:
    def __init__(
        self,
        queries: PaymentQueries,
        known: StartedPayments,
        gateway: PaymentGateway,
        settle: SettlePaymentHandler,
        starter: PaymentStarter,
        attempts: Attempts,
    ) -> None:
        self._queries = queries
        self._known = known
        self._gateway = gateway
        self._settle = settle
        self._starter = starter
        self._attempts = attempts

    async def __call__(self, command: OpenIntent) -> IntentView:
        """Raises `NotFound`, `IllegalTransition` for an order that is over, `PaymentDeclined` where the
        provider takes no such payment, `Unavailable` when it doesn't answer and nothing is known yet.
        """
        order = await self._queries.order(command.order_number, command.viewer)
        if order.status in OVER:
            raise IllegalTransition(f"the order is {order.status}")
        await self._refresh(await self._known.of_order(order.id))
        standing = await self._known.of_order(order.id)
        if standing.provider == "stripe" and standing.status in ENDED:
            await self._attempts.another(order.id)
            standing = await self._known.of_order(order.id)
        started = await self._starter.start(
            PaymentWanted(
                payment_id=standing.payment_id,
                order_id=order.id,
                order_number=order.number,
                money=standing.money,
                attempt=standing.attempt,
            )
        )
        _require_answer(started)
        return IntentView(
            payment_id=started.id,
            client_secret=started.client_secret,
            publishable_key=started.publishable_key,
            amount=Amount.of(standing.money),
            status=started.status,
        )

    async def _refresh(self, standing: Standing) -> None:
        """It may have moved at the provider. What is known serves when the provider doesn't answer."""
        if standing.provider != "stripe" or standing.provider_ref is None or standing.status not in UNDECIDED:
            return
        try:
            intent = await self._gateway.get_intent(standing.provider_ref)
        except Unavailable:
            return
        await self._settle(SettlePayment(intent=intent, source="intents"))


def _require_open(order: OrderStanding) -> None:
    if order.status in OVER:
        raise IllegalTransition(f"the order is {order.status}")


def _require_answer(started: PaymentStarted) -> None:
    if started.provider != "stripe":
        return
    if started.status == PaymentStatus.FAILED:
        raise PaymentDeclined("the provider takes no payment of this sum", decline_code="not_payable")
    if started.status == PaymentStatus.PENDING:
        raise Unavailable("the payment provider does not answer; try again in a moment")
