"""What jobs do about payments that nobody told us more of."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from ecommerce.application.payments.close_payments import ClosePayments, ClosePaymentsHandler
from ecommerce.application.payments.contracts import PaymentStarter, PaymentWanted
from ecommerce.application.payments.owed import OVER
from ecommerce.application.payments.ports import PaymentGateway, PaymentQueries, StartedPayments
from ecommerce.application.payments.records import Viewer
from ecommerce.application.payments.send_refund import SendRefund, SendRefundHandler
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.domain.payments.refund import RefundStatus
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import DomainError, Unavailable

BATCH = 100
# Before that, the request that placed the order may still be at it.
START_AFTER = timedelta(seconds=30)
REFUND_AFTER = timedelta(seconds=60)
RECONCILE_AFTER = timedelta(minutes=5)
EVERYTHING = Viewer(sees_all=True)
log = structlog.get_logger()


class Report(msgspec.Struct, frozen=True):
    """How many were looked at, how many moved, and which could not be asked for (id and why)."""

    looked_at: int
    moved: int
    failed: dict[str, str]


async def _each(ids: Sequence[UUID], care: Callable[[UUID], Awaitable[bool]], what: str) -> Report:
    """One that fails does not keep the others waiting: it is told of, and tried again the next time."""
    moved, failed = 0, {}
    for one in ids:
        try:
            moved += await care(one)
        except DomainError as error:
            failed[str(one)] = f"{error.code}: {error}"
            log.warning(f"payments.{what}_failed", id=str(one), code=error.code, error=str(error))
        except Exception as error:  # a bug met with one payment must not hold up the money of all others
            failed[str(one)] = f"{type(error).__name__}: {error}"
            log.exception(f"payments.{what}_failed", id=str(one))
    return Report(len(ids), moved, failed)


class RetryStartsHandler:
    """Payments whose intent could not be made when the order was placed."""

    def __init__(self, queries: PaymentQueries, known: StartedPayments, starter: PaymentStarter) -> None:
        self._queries = queries
        self._known = known
        self._starter = starter

    async def __call__(self, older_than: timedelta = START_AFTER, limit: int = BATCH) -> Report:
        return await _each(await self._queries.never_started(older_than, limit), self._start, "start")

    async def _start(self, payment_id: UUID) -> bool:
        known = await self._known.standing(payment_id)
        started = await self._starter.start(
            PaymentWanted(
                payment_id=payment_id,
                order_id=known.order_id,
                order_number=known.order_number,
                money=known.money,
                attempt=known.attempt,
            )
        )
        if started.status == PaymentStatus.PENDING:
            raise Unavailable("the payment provider does not answer")
        return True


class RetryRefundsHandler:
    """Refunds that the provider did not answer to, or has not finished."""

    def __init__(self, queries: PaymentQueries, send: SendRefundHandler) -> None:
        self._queries = queries
        self._send = send

    async def __call__(self, older_than: timedelta = REFUND_AFTER, limit: int = BATCH) -> Report:
        return await _each(await self._queries.pending_refunds(older_than, limit), self._resend, "refund")

    async def _resend(self, refund_id: UUID) -> bool:
        record = await self._send(SendRefund(refund_id=refund_id, source="retry", again=True))
        return record.status is not RefundStatus.PENDING


class ReconcilePaymentsHandler:
    """Payments that have been open too long: the provider is asked, and believed."""

    def __init__(
        self,
        queries: PaymentQueries,
        known: StartedPayments,
        gateway: PaymentGateway,
        settle: SettlePaymentHandler,
        close: ClosePaymentsHandler,
    ) -> None:
        self._queries = queries
        self._known = known
        self._gateway = gateway
        self._settle = settle
        self._close = close

    async def __call__(self, older_than: timedelta = RECONCILE_AFTER, limit: int = BATCH) -> Report:
        return await _each(await self._queries.undecided(older_than, limit), self._ask, "reconcile")

    async def _ask(self, payment_id: UUID) -> bool:
        known = await self._known.standing(payment_id)
        order = await self._queries.order(known.order_number, EVERYTHING)
        if order.status in OVER:
            await self._close(ClosePayments(order_id=known.order_id))
            return True
        if known.provider_ref is None:
            return False
        intent = await self._gateway.get_intent(known.provider_ref)
        return await self._settle(SettlePayment(intent=intent, source="reconcile")) == "settled"
