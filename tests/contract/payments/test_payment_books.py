"""What any store of payments and refunds promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.payment_books import (
    MemoryBooks,
    MemoryPaymentRepository,
    MemoryRefundRepository,
)
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.payments.refunds import PgRefundRepository
from ecommerce.adapters.postgres.payments.repository import PgPaymentRepository
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.payments.ports import PaymentRepository, RefundRepository
from ecommerce.application.payments.records import Whereabouts
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.payments.payment import Failure, Payment
from ecommerce.domain.payments.refund import Refund, RefundStatus, ReturnedUnits
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.domain.shared.money import Money
from tests.factories.orders import Line, PlacedOrder, place_order

pytestmark = pytest.mark.anyio


@dataclass
class Books:
    uow: UnitOfWork
    payments: PaymentRepository
    refunds: RefundRepository
    order: PlacedOrder


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Books]:
    order = await place_order(database_url)
    database = Database(database_url, Bounds(pool_size=2))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Books(uow, PgPaymentRepository(uow), PgRefundRepository(uow), order)
    # The rows are such as no use case would leave.
    await database.execute("TRUNCATE sales_order CASCADE")
    await database.close()


@pytest.fixture
def memory() -> Books:
    line = Line("MUG-1", 2, 1_000)
    order = PlacedOrder(uuid4(), "ORD-1", "token", uuid4(), 2_500, "USD", (line,))
    rows = MemoryBooks({order.payment_id: new_payment(order, order.payment_id)})
    return Books(rows, MemoryPaymentRepository(rows), MemoryRefundRepository(rows), order)


@pytest.fixture(params=["memory", "postgres"])
def books(request: pytest.FixtureRequest) -> Books:
    found: Books = request.getfixturevalue(request.param)
    return found


def new_payment(order: PlacedOrder, payment_id: UUID, attempt: int = 1) -> Payment:
    return Payment(
        id=payment_id,
        order_id=order.id,
        provider="stripe",
        attempt=attempt,
        money=Money(order.total, order.currency),
        status=PaymentStatus.PENDING,
    )


def new_refund(books: Books, amount: int, *units: ReturnedUnits) -> Refund:
    return Refund(
        id=uuid4(),
        payment_id=books.order.payment_id,
        order_id=books.order.id,
        money=Money(amount, "USD"),
        reason="other",
        actor="test",
        created_at=datetime.now(UTC),
        lines=units,
    )


async def capture(books: Books) -> None:
    payment = await books.payments.lock(books.order.payment_id)
    payment.status, payment.captured = PaymentStatus.CAPTURED, payment.money.amount
    payment.provider_ref = "pi_1"
    await books.payments.save(payment)


async def test_what_is_saved_is_read_again(books: Books) -> None:
    async with books.uow.begin():
        payment = await books.payments.lock(books.order.payment_id)
        payment.status = PaymentStatus.REQUIRES_PAYMENT_METHOD
        payment.provider_ref, payment.failure = "pi_1", Failure("card_declined", "No.")
        await books.payments.save(payment)
        await books.payments.note(payment, "test", None)
    async with books.uow.begin():
        again = await books.payments.lock(books.order.payment_id)
    assert again.status is PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert (again.provider_ref, again.failure) == ("pi_1", Failure("card_declined", "No."))


async def test_what_is_not_saved_is_forgotten(books: Books) -> None:
    with pytest.raises(ZeroDivisionError):
        async with books.uow.begin():
            await capture(books)
            raise ZeroDivisionError
    async with books.uow.begin():
        payment = await books.payments.lock(books.order.payment_id)
        payment.captured = 1
        assert (await books.payments.lock(books.order.payment_id)).captured == 0


async def test_a_reference_outweighs_what_metadata_claim(books: Books) -> None:
    here = Whereabouts(books.order.payment_id, books.order.id)
    async with books.uow.begin():
        assert await books.payments.locate("pi_1") is None
        assert await books.payments.locate("pi_1", books.order.payment_id) == here
        await capture(books)
        assert await books.payments.locate("pi_1") == here
        assert await books.payments.locate("pi_2", books.order.payment_id) is None
        assert await books.payments.locate(None) is None


async def test_the_newest_attempt_is_the_one_that_counts(books: Books) -> None:
    async with books.uow.begin():
        first = await books.payments.lock_latest(books.order.id)
        first.status = PaymentStatus.CANCELLED
        await books.payments.save(first)
        await books.payments.add(new_payment(books.order, uuid4(), attempt=2))
        assert (await books.payments.lock_latest(books.order.id)).attempt == 2
        for missing in (books.payments.lock(uuid4()), books.payments.lock_latest(uuid4())):
            with pytest.raises(NotFound):
                await missing


async def test_claims_stop_where_the_money_ends(books: Books) -> None:
    async with books.uow.begin():
        assert not await books.payments.claim(books.order.payment_id, 1)
        await capture(books)
        assert await books.payments.claim(books.order.payment_id, books.order.total - 1)
        assert not await books.payments.claim(books.order.payment_id, 2)
        assert await books.payments.claim(books.order.payment_id, 1)
        assert (await books.payments.lock(books.order.payment_id)).refundable == 0


async def test_refunds_are_found_by_all_their_names(books: Books) -> None:
    line = books.order.lines[0]
    refund = new_refund(books, 500, ReturnedUnits(line.id, 1, 500))
    async with books.uow.begin():
        await books.refunds.add(refund, b"key")
        refund.provider_ref, refund.status = "re_1", RefundStatus.SUCCEEDED
        await books.refunds.save(refund)
        for found in (
            await books.refunds.get(refund.id),
            await books.refunds.of_request(b"key"),
            await books.refunds.by_ref(refund.payment_id, "re_1"),
        ):
            assert found is not None
            assert (found.id, found.status, found.lines) == (refund.id, refund.status, refund.lines)
        assert await books.refunds.of_request(b"other") is None
        assert await books.refunds.by_ref(refund.payment_id, "re_2") is None
        with pytest.raises(NotFound):
            await books.refunds.get(uuid4())


async def test_sums_and_units_leave_out_what_failed(books: Books) -> None:
    line = books.order.lines[0]
    statuses = (RefundStatus.SUCCEEDED, RefundStatus.PENDING, RefundStatus.FAILED)
    async with books.uow.begin():
        for amount, status in zip((100, 200, 400), statuses, strict=True):
            refund = new_refund(books, amount, ReturnedUnits(line.id, 1, amount))
            await books.refunds.add(refund, status.value.encode())
            refund.status = status
            await books.refunds.save(refund)
        assert await books.refunds.sums(books.order.payment_id) == (100, 200)
        assert await books.refunds.returned(books.order.id) == {line.id: ReturnedUnits(line.id, 2, 300)}
        assert await books.refunds.of_request(b"failed") is None
        assert await books.refunds.sums(uuid4()) == (0, 0)
