"""Give the provider a refund that was claimed, and take in what it says."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from ecommerce.application.orders.contracts import OrderLedger
from ecommerce.application.payments.ports import (
    PaymentGateway,
    PaymentQueries,
    PaymentRepository,
    RefundRepository,
)
from ecommerce.application.payments.provider import RefundRequest, RefundState
from ecommerce.application.payments.records import RefundRecord
from ecommerce.application.payments.refund_settlement import RefundSettlement
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.payments.refund import RefundRefused, RefundStatus
from ecommerce.domain.shared.kernel import Unavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRefund:
    """`again` when it may have been sent before: the provider's own list is looked at first."""

    refund_id: UUID
    source: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class RefundBooks:
    """Where a refund is written down once the provider has spoken."""

    ledger: OrderLedger
    payments: PaymentRepository
    refunds: RefundRepository
    settlement: RefundSettlement


class SendRefundHandler:
    """However often it is sent, the money goes back once. Without an answer the refund stays pending."""

    def __init__(
        self, uow: UnitOfWork, gateway: PaymentGateway, queries: PaymentQueries, books: RefundBooks
    ) -> None:
        self._uow = uow
        self._gateway = gateway
        self._queries = queries
        self._books = books

    async def __call__(self, command: SendRefund) -> RefundRecord:
        record = await self._queries.refund(command.refund_id)
        if record.status is not RefundStatus.PENDING:
            return record
        said: RefundState | RefundRefused
        try:
            said = await self._ask(record, again=command.again)
        except RefundRefused as error:
            said = error
        except Unavailable as error:
            log.warning("payments.refund_postponed", refund_id=str(record.id), error=str(error))
            return record
        await self._write(record, said, command.source)
        return await self._queries.refund(command.refund_id)

    async def _ask(self, record: RefundRecord, *, again: bool) -> RefundState:
        if record.provider == "manual" or record.intent_ref is None:
            # Paid outside, given back outside: nobody is to be asked.
            return RefundState(
                ref=f"manual:{record.id}",
                intent_ref=None,
                status=RefundStatus.SUCCEEDED,
                money=record.money,
            )
        if record.ref is not None:
            return await self._gateway.get_refund(record.ref)
        if again and (made := await self._made_before(record, record.intent_ref)):
            return made
        request = RefundRequest(
            refund_id=record.id,
            intent_ref=record.intent_ref,
            order_number=record.order_number,
            money=record.money,
            reason=record.reason,
        )
        try:
            return await self._gateway.refund(request)
        except RefundRefused:
            # It may be refused just because an earlier attempt, whose answer was lost, has gone through.
            made = await self._made_before(record, record.intent_ref)
            if made is None:
                raise
            return made

    async def _made_before(self, record: RefundRecord, intent_ref: str) -> RefundState | None:
        every = await self._gateway.list_refunds(intent_ref)
        return next((each for each in every if each.refund_id == record.id), None)

    async def _write(self, record: RefundRecord, said: RefundState | RefundRefused, source: str) -> None:
        books = self._books
        async with self._uow.begin():
            order = await books.ledger.lock(record.order_id)
            payment = await books.payments.lock(record.payment_id)
            refund = await books.refunds.get(record.id)
            if isinstance(said, RefundRefused):
                reason = str(said.data.get("reason", said.code))
                await books.settlement.fail(payment, refund, reason, source)
                log.error("payments.refund_refused", refund_id=str(refund.id), reason=reason)
            else:
                changed = await books.settlement.take_in(order, payment, refund, said, source)
                if not changed:
                    await books.refunds.save(refund)  # so that the jobs look at others first
