"""Make our refunds of an intent what the provider's are, those made in its own dashboard included."""

from collections.abc import Sequence
from dataclasses import dataclass

from ecommerce.application.payments.ports import PaymentGateway
from ecommerce.application.payments.provider import RefundState
from ecommerce.application.payments.send_refund import RefundBooks
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.application.shared.ports import Clock, Ids, UnitOfWork
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import REASONS, Refund
from ecommerce.domain.payments.state import MONEY_TAKEN
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRefunds:
    intent_ref: str
    source: str


class SyncRefundsHandler:
    """The provider's list is believed, not the event: events of one refund come late and twice."""

    def __init__(
        self,
        uow: UnitOfWork,
        gateway: PaymentGateway,
        settle: SettlePaymentHandler,
        books: RefundBooks,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._gateway = gateway
        self._settle = settle
        self._books = books
        self._ids = ids
        self._clock = clock

    async def __call__(self, command: SyncRefunds) -> str:
        try:
            intent = await self._gateway.get_intent(command.intent_ref)
            said = await self._gateway.list_refunds(command.intent_ref)
        except NotFound:
            return "ignored: the provider doesn't know this intent"
        # A refund may be told of before the capture that it gives back.
        outcome = await self._settle(SettlePayment(intent=intent, source=command.source))
        if outcome in ("not-ours", "mismatch"):
            return outcome
        return await self._take_in(command, said)

    async def _take_in(self, command: SyncRefunds, said: Sequence[RefundState]) -> str:
        books, changed = self._books, False
        async with self._uow.begin():
            found = await books.payments.locate(command.intent_ref)
            if found is None:
                return "not-ours"
            order = await books.ledger.lock(found.order_id)
            payment = await books.payments.lock(found.payment_id)
            if payment.status not in MONEY_TAKEN:
                return "unchanged"
            for each in said:
                refund = await self._known(payment, each) or await self._external(payment, each)
                changed |= await books.settlement.take_in(order, payment, refund, each, command.source)
        return "settled" if changed else "unchanged"

    async def _known(self, payment: Payment, said: RefundState) -> Refund | None:
        refunds = self._books.refunds
        refund = await refunds.by_ref(payment.id, said.ref)
        if refund is None and said.refund_id is not None:
            try:
                refund = await refunds.get(said.refund_id)
            except NotFound:
                return None
        # Metadata are free text at the provider: what they point to must fit, or it is somebody else's.
        fits = refund is not None and refund.payment_id == payment.id and refund.money == said.money
        return refund if fits else None

    async def _external(self, payment: Payment, said: RefundState) -> Refund:
        """Made without us; from now on in our books."""
        refund = Refund(
            id=self._ids.new(),
            payment_id=payment.id,
            order_id=payment.order_id,
            money=said.money,
            reason=said.reason if said.reason in REASONS else "other",
            note="made at the provider",
            actor=f"provider:{payment.provider}",
            created_at=self._clock.now(),
        )
        await self._books.refunds.add(refund)
        return refund
