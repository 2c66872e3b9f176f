"""Staff say that the money of an order paid outside the shop (bank transfer, cash) is there."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.orders.contracts import OrderLedger
from ecommerce.application.payments.axis import payment_axis
from ecommerce.application.payments.owed import OwedRefunds
from ecommerce.application.payments.ports import PaymentRepository
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.payments.payment import Observation
from ecommerce.domain.payments.state import MONEY_TAKEN, PaymentStatus
from ecommerce.domain.shared.kernel import IllegalTransition

PERMISSION = "orders:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOrder:
    number: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class CapturingBooks:
    ledger: OrderLedger
    payments: PaymentRepository
    owed: OwedRefunds
    audit: AuditLog


class CaptureOrderHandler:
    """Saying it twice is saying it once. Money for an order that is over is marked to be given back."""

    def __init__(self, uow: UnitOfWork, books: CapturingBooks) -> None:
        self._uow = uow
        self._books = books

    async def __call__(self, command: CaptureOrder) -> UUID:
        """The payment's id. Raises `NotFound`, and `IllegalTransition` where a provider takes the money."""
        command.actor.require(PERMISSION)
        books = self._books
        async with self._uow.begin():
            order = await books.ledger.lock_by_number(command.number)
            payment = await books.payments.lock_latest(order.id)
            if payment.status in MONEY_TAKEN:
                return payment.id
            if payment.provider != "manual":
                raise IllegalTransition("this payment is taken by its provider")
            before = payment.status
            money = payment.money
            payment.observe(Observation(status=PaymentStatus.CAPTURED, money=money, captured=money.amount))
            await books.payments.save(payment)
            await books.payments.note(payment, "staff", f"received, says {command.actor.label}")
            axis = payment_axis(payment, order)
            if axis is not None:
                await books.ledger.payment_moved(order, axis, None, command.actor.label)
            await books.owed.when_order_is_over(order, payment)
            await books.audit.record(
                command.actor,
                "payments.captured",
                f"order:{order.id}",
                {"payment_status": before.value},
                {"payment_status": payment.status.value, "captured": payment.captured},
            )
        return payment.id
