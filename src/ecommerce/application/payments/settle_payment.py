"""Take in what a provider says of an intent, whichever door it came through."""

from dataclasses import dataclass
from typing import Literal

import structlog

from ecommerce.application.orders.contracts import OrderLedger, OrderStanding
from ecommerce.application.payments.axis import payment_axis
from ecommerce.application.payments.owed import OwedRefunds
from ecommerce.application.payments.ports import PaymentRepository
from ecommerce.application.payments.provider import IntentState
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.payments.payment import Payment

Outcome = Literal["settled", "unchanged", "mismatch", "not-ours"]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePayment:
    """`source` names the door for the trail: `webhook:<event>`, `sync`, `reconcile`. `told` is what news
    said when they were not believed and the provider was asked: it may be old, but it happened.
    """

    intent: IntentState
    source: str
    told: IntentState | None = None


class SettlePaymentHandler:
    """In any order, any number of times, at once: one capture, one `OrderPaid`, the same end."""

    def __init__(
        self, uow: UnitOfWork, ledger: OrderLedger, payments: PaymentRepository, owed: OwedRefunds
    ) -> None:
        self._uow = uow
        self._ledger = ledger
        self._payments = payments
        self._owed = owed

    async def __call__(self, command: SettlePayment) -> Outcome:
        intent = command.intent
        async with self._uow.begin():
            found = await self._payments.locate(intent.ref, intent.payment_id)
            if found is None:
                return "not-ours"
            order = await self._ledger.lock(found.order_id)
            payment = await self._payments.lock(found.payment_id)
            if payment.provider_ref not in (None, intent.ref):
                return "not-ours"
            if not payment.agrees_with(intent.observation()):
                await self._refuse(payment, command)
                return "mismatch"
            return await self._take_in(order, payment, command)

    async def _take_in(self, order: OrderStanding, payment: Payment, command: SettlePayment) -> Outcome:
        intent = command.intent
        learned_ref = payment.provider_ref is None
        payment.provider_ref = intent.ref
        changed = payment.observe(intent.observation())
        if changed or learned_ref or intent.fresh:
            await self._payments.save(payment)
        if changed or not intent.fresh or command.told is not None:
            await self._payments.note(payment, command.source, _detail(payment, command.told or intent))
        axis = payment_axis(payment, order)
        if axis is not None:
            note = payment.failure.message if payment.failure else None
            await self._ledger.payment_moved(order, axis, note, f"payments:{command.source}")
        if changed:
            await self._owed.when_order_is_over(order, payment)
        return "settled" if changed else "unchanged"

    async def _refuse(self, payment: Payment, command: SettlePayment) -> None:
        intent = command.intent
        detail = f"mismatch: the provider speaks of {intent.money}, the order of {payment.money}"
        await self._payments.note(payment, command.source, detail)
        log.critical(
            "payments.amount_mismatch",
            payment_id=str(payment.id),
            said=str(intent.money),
            said_captured=intent.captured,
            expected=str(payment.money),
            source=command.source,
        )


def _detail(payment: Payment, said: IntentState) -> str | None:
    failure = said.failure or payment.failure
    if failure is not None:
        return f"{failure.code}: {failure.message}"
    if said.status is not payment.status:
        return f"the provider said {said.status.value}"
    return None
