"""Settling over fakes: whatever comes, in whatever order, one effect."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce.adapters.memory.payment_books import (
    MemoryBooks,
    MemoryPaymentRepository,
    MemoryRefundRepository,
)
from ecommerce.application.orders.contracts import OrderStanding, PaidLine, PaymentAxis
from ecommerce.application.payments.owed import OwedRefunds
from ecommerce.application.payments.provider import IntentState
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.domain.payments.events import RefundRequested
from ecommerce.domain.payments.payment import Failure, Payment
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import Event, NotFound
from ecommerce.domain.shared.money import Money

PRICE = Money(1_999, "USD")
DECLINED = Failure("card_declined", "No.")


@dataclass
class OneOrder:
    """An `OrderLedger` of one order, and an `Outbox`."""

    status: str = "pending"
    axis: PaymentAxis = "unpaid"
    id: UUID = field(default_factory=uuid4)
    moves: list[PaymentAxis] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def lock(self, order_id: UUID) -> OrderStanding:
        if order_id != self.id:
            raise NotFound("there is no such order")
        amount = PRICE.amount
        return OrderStanding(self.id, "ORD-1", self.status, self.axis, "stripe", "USD", amount, 0)

    async def lock_by_number(self, number: str) -> OrderStanding:
        return await self.lock(self.id)

    async def lines(self, order_id: UUID) -> list[PaidLine]:
        return []

    async def payment_moved(
        self, order: OrderStanding, status: PaymentAxis, note: str | None, actor: str
    ) -> None:
        if self.axis != status:
            self.axis = status
            self.moves.append(status)

    async def money_returned(
        self, order: OrderStanding, refund_id: UUID, amount: int, status: PaymentAxis, actor: str
    ) -> None:
        self.axis = status

    async def money_came_back(
        self, order: OrderStanding, amount: int, status: PaymentAxis, note: str, actor: str
    ) -> None:
        self.axis = status

    async def restock(self, order: OrderStanding, units: dict[UUID, int], actor: str) -> None:
        raise AssertionError("nothing comes back by settling")

    async def add(self, events: Sequence[Event]) -> None:
        self.events += events


class Fixed:
    """Ids and a clock."""

    def new(self) -> UUID:
        return uuid4()

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Desk:
    order: OneOrder = field(default_factory=OneOrder)
    books: MemoryBooks = field(default_factory=MemoryBooks)

    def __post_init__(self) -> None:
        self.payment_id = uuid4()
        self.books.payments[self.payment_id] = Payment(
            id=self.payment_id,
            order_id=self.order.id,
            provider="stripe",
            attempt=1,
            money=PRICE,
            status=PaymentStatus.PENDING,
        )
        payments, refunds = MemoryPaymentRepository(self.books), MemoryRefundRepository(self.books)
        owed = OwedRefunds(payments, refunds, self.order, Fixed(), Fixed())
        self._settle = SettlePaymentHandler(self.books, self.order, payments, owed)

    @property
    def payment(self) -> Payment:
        return self.books.payments[self.payment_id]

    def hear(self, *states: IntentState) -> list[str]:
        async def hear_all() -> list[str]:
            return [await self._settle(SettlePayment(intent=each, source="test")) for each in states]

        return asyncio.run(hear_all())

    def say(self, status: PaymentStatus, **more: object) -> IntentState:
        captured = PRICE.amount if status is PaymentStatus.CAPTURED else 0
        metadata = {"payment_id": str(self.payment_id)}
        said: dict[str, object] = {"ref": "pi_1", "money": PRICE, "captured": captured, "metadata": metadata}
        return IntentState(status=status, **{**said, **more})  # type: ignore[arg-type]  # fields by name


TOLD = st.lists(
    st.sampled_from(
        [
            PaymentStatus.REQUIRES_PAYMENT_METHOD,
            PaymentStatus.REQUIRES_ACTION,
            PaymentStatus.PROCESSING,
            PaymentStatus.AUTHORIZED,
        ]
    ),
    max_size=8,
)


@settings(max_examples=50, deadline=None)
@given(TOLD, st.integers(1, 3), st.randoms(use_true_random=False))
def test_a_capture_among_anything_else_is_one_payment(
    others: list[PaymentStatus], captures: int, chance: random.Random
) -> None:
    desk = Desk()
    told = [*others, *[PaymentStatus.CAPTURED] * captures]
    chance.shuffle(told)
    desk.hear(*[desk.say(status) for status in told])
    assert (desk.payment.status, desk.payment.captured) == (PaymentStatus.CAPTURED, PRICE.amount)
    assert desk.order.axis == "paid"
    assert desk.order.moves.count("paid") == 1


def test_money_for_an_expired_order_is_asked_back_once() -> None:
    desk = Desk(OneOrder(status="expired"))
    said = desk.hear(*[desk.say(PaymentStatus.CAPTURED)] * 3)
    assert said == ["settled", "unchanged", "unchanged"]
    (event,) = desk.order.events
    assert isinstance(event, RefundRequested)
    assert desk.books.refunds[event.refund_id].money == PRICE
    assert desk.payment.refundable == 0


def test_another_sum_changes_nothing_but_the_trail() -> None:
    desk = Desk()
    for wrong in (Money(1, "USD"), Money(1_999, "EUR")):
        assert desk.hear(desk.say(PaymentStatus.CAPTURED, money=wrong)) == ["mismatch"]
    assert (desk.payment.status, desk.order.axis) == (PaymentStatus.PENDING, "unpaid")
    assert len(desk.books.trail) == 2


def test_an_intent_that_is_not_ours_is_left_alone() -> None:
    desk = Desk()
    assert desk.hear(desk.say(PaymentStatus.CAPTURED, metadata={})) == ["not-ours"]
    desk.hear(desk.say(PaymentStatus.REQUIRES_ACTION))
    assert desk.hear(desk.say(PaymentStatus.CAPTURED, ref="pi_2")) == ["not-ours"]
    assert desk.payment.status is PaymentStatus.REQUIRES_ACTION


def test_what_was_relied_on_and_falls_through_is_told() -> None:
    confirmed, waiting = Desk(OneOrder(status="confirmed")), Desk()
    for desk in (confirmed, waiting):
        desk.hear(desk.say(PaymentStatus.PROCESSING))
        failed = desk.say(PaymentStatus.REQUIRES_PAYMENT_METHOD, failure=DECLINED, fresh=True)
        desk.hear(failed)
    assert confirmed.order.moves == ["pending", "failed"]
    assert waiting.order.moves == ["pending", "unpaid"]
