"""Payments and refunds in dicts, for tests of use cases: the same promises as the adapters for PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.application.payments.records import Whereabouts
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import Refund, RefundStatus, ReturnedUnits
from ecommerce.domain.shared.kernel import NotFound


@dataclass
class MemoryBooks:
    """The rows, and the unit of work over them. `trail` holds payment id, source, status and detail."""

    payments: dict[UUID, Payment] = field(default_factory=dict)
    refunds: dict[UUID, Refund] = field(default_factory=dict)
    request_keys: dict[bytes, UUID] = field(default_factory=dict)
    trail: list[tuple[UUID, str, str, str | None]] = field(default_factory=list)
    resumed: bool = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        before = deepcopy((self.payments, self.refunds, self.request_keys, self.trail))
        try:
            yield
        except BaseException:
            self.payments, self.refunds, self.request_keys, self.trail = before
            raise

    def single(self) -> AbstractAsyncContextManager[None]:
        return self.begin()


class MemoryPaymentRepository:
    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def locate(self, ref: str | None, payment_id: UUID | None = None) -> Whereabouts | None:
        stripe = [each for each in self._books.payments.values() if each.provider == "stripe"]
        by_ref = [each for each in stripe if ref is not None and each.provider_ref == ref]
        by_id = [each for each in stripe if each.id == payment_id and each.provider_ref is None]
        return next((Whereabouts(each.id, each.order_id) for each in (*by_ref, *by_id)), None)

    async def lock(self, payment_id: UUID) -> Payment:
        if payment_id not in self._books.payments:
            raise NotFound("there is no such payment")
        return deepcopy(self._books.payments[payment_id])

    async def lock_latest(self, order_id: UUID) -> Payment:
        of_order = [each for each in self._books.payments.values() if each.order_id == order_id]
        if not of_order:
            raise NotFound("there is no such payment")
        return deepcopy(max(of_order, key=lambda each: each.attempt))

    async def add(self, payment: Payment) -> None:
        self._books.payments[payment.id] = deepcopy(payment)

    async def save(self, payment: Payment) -> None:
        self._books.payments[payment.id] = deepcopy(payment)

    async def note(self, payment: Payment, source: str, detail: str | None) -> None:
        self._books.trail.append((payment.id, source, payment.status.value, detail))

    async def claim(self, payment_id: UUID, amount: int) -> bool:
        payment = self._books.payments.get(payment_id)
        if payment is None or payment.refundable < amount:
            return False
        payment.refund_pending += amount
        return True


class MemoryRefundRepository:
    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def add(self, refund: Refund, request_key: bytes | None = None) -> None:
        self._books.refunds[refund.id] = deepcopy(refund)
        if request_key is not None:
            self._books.request_keys[request_key] = refund.id

    async def get(self, refund_id: UUID) -> Refund:
        if refund_id not in self._books.refunds:
            raise NotFound("there is no such refund")
        return deepcopy(self._books.refunds[refund_id])

    async def save(self, refund: Refund) -> None:
        self._books.refunds[refund.id] = deepcopy(refund)

    async def of_request(self, request_key: bytes) -> Refund | None:
        refund = self._books.refunds.get(self._books.request_keys.get(request_key, UUID(int=0)))
        return deepcopy(refund) if refund and refund.status is not RefundStatus.FAILED else None

    async def by_ref(self, payment_id: UUID, ref: str) -> Refund | None:
        found = (
            each
            for each in self._books.refunds.values()
            if each.payment_id == payment_id and each.provider_ref == ref
        )
        return deepcopy(next(found, None))

    async def returned(self, order_id: UUID) -> dict[UUID, ReturnedUnits]:
        units: dict[UUID, ReturnedUnits] = {}
        for refund in self._books.refunds.values():
            if refund.order_id != order_id or refund.status is RefundStatus.FAILED:
                continue
            for line in refund.lines:
                before = units.get(line.line_id, ReturnedUnits(line.line_id, 0, 0))
                quantity, amount = before.quantity + line.quantity, before.amount + line.amount
                units[line.line_id] = ReturnedUnits(line.line_id, quantity, amount)
        return units

    async def sums(self, payment_id: UUID) -> tuple[int, int]:
        of_payment = [each for each in self._books.refunds.values() if each.payment_id == payment_id]

        def total(status: RefundStatus) -> int:
            return sum(each.money.amount for each in of_payment if each.status is status)

        return total(RefundStatus.SUCCEEDED), total(RefundStatus.PENDING)
