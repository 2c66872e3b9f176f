"""Refunds: exact to the unit, in whatever portions they are given."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.application.orders.contracts import PaidLine
from ecommerce.application.payments.refund_plan import RefundWish, plan
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.refund import (
    Refund,
    RefundExceedsCaptured,
    RefundStatus,
    ReturnedUnits,
    worth_of_units,
)
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import InvalidValue, NotFound
from ecommerce.domain.shared.money import Money


@given(st.integers(0, 100_000), st.lists(st.integers(1, 20), min_size=1, max_size=20))
def test_returning_in_any_portions_gives_exactly_what_was_paid(paid: int, portions: list[int]) -> None:
    quantity, line_id = sum(portions), uuid4()
    given_back = ReturnedUnits(line_id, 0, 0)
    for portion in portions:
        amount = worth_of_units(paid, quantity, given_back, portion)
        assert amount >= 0
        given_back = ReturnedUnits(line_id, given_back.quantity + portion, given_back.amount + amount)
    assert given_back.amount == paid


def test_units_of_a_refund_that_failed_are_worth_the_same_again() -> None:
    line_id = uuid4()
    first = worth_of_units(1_000, 3, None, 1)
    second = worth_of_units(1_000, 3, ReturnedUnits(line_id, 1, first), 1)
    # The first one failed: only the second's unit is given back now.
    rest = worth_of_units(1_000, 3, ReturnedUnits(line_id, 1, second), 2)
    assert (first, second, second + rest) == (334, 333, 1_000)


def test_no_unit_comes_back_twice() -> None:
    with pytest.raises(RefundExceedsCaptured):
        worth_of_units(1_000, 3, ReturnedUnits(uuid4(), 2, 667), 2)


def captured_payment(captured: int = 2_500) -> Payment:
    return Payment(
        id=uuid4(),
        order_id=uuid4(),
        provider="stripe",
        attempt=1,
        money=Money(captured, "USD"),
        status=PaymentStatus.CAPTURED,
        captured=captured,
    )


MUG = PaidLine(id=uuid4(), sku="MUG-1", quantity=2, paid=2_000)


def test_nothing_named_is_all_that_is_left() -> None:
    payment = captured_payment()
    payment.refunded, payment.refund_pending = 400, 100
    assert plan(RefundWish(), payment, [MUG], {}).amount == 2_000


def test_restocking_the_rest_takes_every_unit_that_is_still_out() -> None:
    returned = {MUG.id: ReturnedUnits(MUG.id, 1, 1_000)}
    payment = captured_payment()
    payment.refunded = 1_000
    planned = plan(RefundWish(restock=True), payment, [MUG], returned)
    assert planned.amount == 1_500
    assert planned.lines == (ReturnedUnits(MUG.id, 1, 1_000),)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (RefundWish(money=Money(100, "EUR")), InvalidValue),
        (RefundWish(money=Money(0, "USD")), InvalidValue),
        (RefundWish(money=Money(100, "USD"), restock=True), InvalidValue),
        (RefundWish(items={uuid4(): 1}), NotFound),
        (RefundWish(items={MUG.id: 3}), RefundExceedsCaptured),
    ],
)
def test_wishes_that_make_no_sense_are_refused(wish: RefundWish, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        plan(wish, captured_payment(), [MUG], {})


def test_free_units_are_no_refund() -> None:
    free = PaidLine(id=uuid4(), sku="GIFT-1", quantity=1, paid=0)
    with pytest.raises(InvalidValue):
        plan(RefundWish(items={free.id: 1}), captured_payment(), [free], {})


def new_refund() -> Refund:
    return Refund(
        id=uuid4(),
        payment_id=uuid4(),
        order_id=uuid4(),
        money=Money(500, "USD"),
        reason="other",
        actor="test",
        created_at=datetime.now(UTC),
    )


@given(st.permutations(list(RefundStatus)))
def test_a_refund_ends_alike_whatever_comes_first(said: list[RefundStatus]) -> None:
    refund = new_refund()
    for status in said:
        refund.learn(status, "re_1", None)
    assert refund.status is RefundStatus.FAILED


def test_a_refusal_of_ours_gives_way_to_what_the_provider_did() -> None:
    refund = new_refund()
    assert refund.refuse("unreachable")
    assert not refund.refuse("again")
    assert refund.learn(RefundStatus.SUCCEEDED, "re_1", None)
    assert not refund.learn(RefundStatus.SUCCEEDED, "re_1", None)
    assert not refund.refuse("too late")
    assert refund.status is RefundStatus.SUCCEEDED
