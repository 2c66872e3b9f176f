"""The lattice: whatever is told, in whatever order, however often, the end is the same."""

import random
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.payments.payment import Failure, Observation, Payment
from ecommerce.domain.payments.state import MONEY_TAKEN, RANK, UNDECIDED, PaymentStatus, advance, reread
from ecommerce.domain.shared.money import Money

TOLD = st.sampled_from(
    [
        PaymentStatus.REQUIRES_PAYMENT_METHOD,
        PaymentStatus.REQUIRES_ACTION,
        PaymentStatus.PROCESSING,
        PaymentStatus.AUTHORIZED,
        PaymentStatus.CANCELLED,
        PaymentStatus.CAPTURED,
    ]
)
STATUS = st.sampled_from(list(PaymentStatus))
PRICE = Money(1_999, "USD")


def new_payment() -> Payment:
    return Payment(
        id=uuid4(),
        order_id=uuid4(),
        provider="stripe",
        attempt=1,
        money=PRICE,
        status=PaymentStatus.PENDING,
    )


def told(status: PaymentStatus) -> Observation:
    captured = PRICE.amount if status is PaymentStatus.CAPTURED else 0
    return Observation(status=status, money=PRICE, captured=captured)


@given(STATUS, STATUS, STATUS)
def test_advancing_is_a_join(a: PaymentStatus, b: PaymentStatus, c: PaymentStatus) -> None:
    assert advance(a, a) is a
    assert advance(a, b) is advance(b, a)
    assert advance(advance(a, b), c) is advance(a, advance(b, c))
    assert RANK[advance(a, b)] >= RANK[a]


@given(st.lists(TOLD, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_end_alike(said: list[PaymentStatus], chance: random.Random) -> None:
    one, other = new_payment(), new_payment()
    for status in said:
        one.observe(told(status))
    again = said + [chance.choice(said) for _ in range(5)]
    chance.shuffle(again)
    for status in again:
        other.observe(told(status))
    assert (one.status, one.captured) == (other.status, other.captured)


@given(st.lists(TOLD, max_size=12))
def test_the_rank_never_falls_by_what_is_told(said: list[PaymentStatus]) -> None:
    payment = new_payment()
    for status in said:
        before = RANK[payment.status]
        payment.observe(told(status))
        assert RANK[payment.status] >= before


@given(STATUS, TOLD)
def test_a_fresh_reading_takes_nothing_back_once_it_is_decided(
    known: PaymentStatus, said: PaymentStatus
) -> None:
    after = reread(known, said, attempt_failed=True)
    if known not in UNDECIDED:
        assert RANK[after] >= RANK[known]


def test_a_late_processing_does_not_undo_a_capture() -> None:
    payment = new_payment()
    payment.observe(told(PaymentStatus.CAPTURED))
    assert not payment.observe(told(PaymentStatus.PROCESSING))
    assert (payment.status, payment.captured) == (PaymentStatus.CAPTURED, PRICE.amount)


def test_an_attempt_that_failed_asks_for_another_card() -> None:
    payment = new_payment()
    payment.observe(told(PaymentStatus.PROCESSING))
    failure = Failure("card_declined", "Your card was declined.")
    payment.observe(
        Observation(status=PaymentStatus.REQUIRES_PAYMENT_METHOD, money=PRICE, failure=failure, fresh=True)
    )
    assert payment.status is PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert payment.failure == failure
    payment.observe(told(PaymentStatus.CAPTURED))
    assert payment.failure is None


@pytest.mark.parametrize(
    ("refunded", "status"),
    [
        (0, PaymentStatus.CAPTURED),
        (1, PaymentStatus.PARTIALLY_REFUNDED),
        (1_999, PaymentStatus.REFUNDED),
    ],
)
def test_the_status_follows_the_refunds(refunded: int, status: PaymentStatus) -> None:
    payment = new_payment()
    payment.observe(told(PaymentStatus.CAPTURED))
    payment.count_refunds(succeeded=refunded, pending=0)
    assert payment.status is status
    payment.observe(told(PaymentStatus.CAPTURED))
    assert payment.status is status


def test_what_the_provider_gave_back_outweighs_what_is_planned() -> None:
    payment = new_payment()
    payment.observe(told(PaymentStatus.CAPTURED))
    payment.count_refunds(succeeded=1_500, pending=1_000)
    assert (payment.refunded, payment.refund_pending, payment.refundable) == (1_500, 499, 0)


def test_a_dispute_that_is_won_leaves_no_mark() -> None:
    payment = new_payment()
    payment.observe(told(PaymentStatus.CAPTURED))
    payment.count_refunds(succeeded=100, pending=0)
    assert payment.dispute(lost_or_open=True)
    assert payment.status.value == "disputed"
    assert not payment.dispute(lost_or_open=True)
    assert payment.dispute(lost_or_open=False)
    assert payment.status.value == "partially_refunded"
    assert payment.status in MONEY_TAKEN


@pytest.mark.parametrize("said", [Money(1_998, "USD"), Money(1_999, "EUR"), Money(2_000, "USD")])
def test_another_sum_does_not_agree(said: Money) -> None:
    assert not new_payment().agrees_with(Observation(status=PaymentStatus.CAPTURED, money=said))
    too_much = Observation(status=PaymentStatus.CAPTURED, money=PRICE, captured=2_000)
    assert not new_payment().agrees_with(too_much)
