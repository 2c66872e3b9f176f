"""Give money of an order back: for staff at the API, for the command line."""

from dataclasses import dataclass

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.orders.contracts import OrderLedger, OrderStanding, RefundView
from ecommerce.application.payments.ports import PaymentRepository, RefundRepository
from ecommerce.application.payments.records import RefundRecord
from ecommerce.application.payments.refund_plan import RefundWish, plan
from ecommerce.application.payments.send_refund import SendRefund, SendRefundHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.ports import Clock, Ids, UnitOfWork
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import (
    REASONS,
    Refund,
    RefundExceedsCaptured,
    RefundRefused,
    RefundStatus,
)
from ecommerce.domain.shared.free_text import refuse_card_numbers
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.money import Money

PERMISSION = "orders:refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """`request_key` stands for an idempotency key and what came with it: a repeated request finds by it
    what it began.
    """

    number: str
    wish: RefundWish
    reason: str
    actor: Actor
    note: str | None = None
    request_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refunding:
    """What the claim of a refund is written to."""

    ledger: OrderLedger
    payments: PaymentRepository
    refunds: RefundRepository
    audit: AuditLog


class RefundOrderHandler:
    """Never more than was captured, however many ask at once. The claim stands before anyone is asked."""

    def __init__(
        self, uow: UnitOfWork, books: Refunding, ids: Ids, clock: Clock, send: SendRefundHandler
    ) -> None:
        self._uow = uow
        self._books = books
        self._ids = ids
        self._clock = clock
        self._send = send

    async def __call__(self, command: RefundOrder) -> RefundView:
        """Pending when the provider doesn't answer: a job goes on. Raises `RefundRefused` when it says no."""
        command.actor.require(PERMISSION)
        command.actor.require_fresh(self._clock.now())
        if command.reason not in REASONS:
            raise InvalidValue(f"the reason is one of {', '.join(REASONS)}", "/reason")
        refuse_card_numbers(command.note, "/note")
        resumed, refund = await self._claim(command)
        record = await self._send(SendRefund(refund_id=refund.id, source="refund", again=resumed))
        if record.status is RefundStatus.FAILED:
            raise RefundRefused(f"the provider refused: {record.failure}", reason=record.failure)
        return refund_view(record)

    async def _claim(self, command: RefundOrder) -> tuple[bool, Refund]:
        async with self._uow.begin():
            # Not only where the unit of work was resumed: a request that failed after its claim gave its
            # idempotency key back, and comes again with it.
            if command.request_key is not None:
                begun = await self._books.refunds.of_request(command.request_key)
                if begun is not None:
                    return True, begun
            order = await self._books.ledger.lock_by_number(command.number)
            payment = await self._books.payments.lock_latest(order.id)
            return False, await self._write(command, order, payment)

    async def _write(self, command: RefundOrder, order: OrderStanding, payment: Payment) -> Refund:
        books = self._books
        lines = await books.ledger.lines(order.id)
        planned = plan(command.wish, payment, lines, await books.refunds.returned(order.id))
        refund = Refund(
            id=self._ids.new(),
            payment_id=payment.id,
            order_id=order.id,
            money=Money(planned.amount, payment.money.currency),
            reason=command.reason,
            note=command.note,
            restock=command.wish.restock,
            actor=command.actor.label,
            created_at=self._clock.now(),
            lines=planned.lines,
        )
        if not await books.payments.claim(payment.id, planned.amount):
            raise RefundExceedsCaptured(
                f"{Money(payment.refundable, payment.money.currency)} is left to give back",
                available=payment.refundable,
                currency=payment.money.currency,
            )
        await books.refunds.add(refund, command.request_key)
        after = {
            "refund_id": str(refund.id),
            "money": {"amount": refund.money.amount, "currency": refund.money.currency},
            "reason": refund.reason,
            "restock": refund.restock,
        }
        before = {"refunded": payment.refunded, "refund_pending": payment.refund_pending}
        await books.audit.record(command.actor, "payments.refunded", f"order:{order.id}", before, after)
        return refund


def refund_view(record: RefundRecord) -> RefundView:
    return RefundView(
        id=record.id,
        amount=Amount.of(record.money),
        reason=record.reason,
        status=record.status.value,
        created_at=record.created_at,
    )
