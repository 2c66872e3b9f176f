"""Refunds against a real database: never more than was captured, and the money goes back once."""

from datetime import timedelta

import pytest

from ecommerce.application.orders.contracts import RefundView
from ecommerce.application.payments.capture_order import CaptureOrder, CaptureOrderHandler
from ecommerce.application.payments.care import RetryRefundsHandler
from ecommerce.application.payments.provider import DisputeState
from ecommerce.application.payments.refund_order import RefundOrder, RefundOrderHandler
from ecommerce.application.payments.refund_plan import RefundWish
from ecommerce.application.shared.actor import Actor, StepUpRequired
from ecommerce.domain.payments.refund import RefundExceedsCaptured, RefundRefused, RefundStatus
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import Forbidden, InvalidValue, NotFound, Unauthenticated
from ecommerce.domain.shared.money import Money
from tests.factories.orders import Line, PlacedOrder
from tests.factories.till import STAFF, Till, at_once, event_of, key_of

pytestmark = pytest.mark.anyio
NOW = timedelta(0)


def wish(amount: int, currency: str = "USD") -> RefundWish:
    return RefundWish(money=Money(amount, currency))


async def refund(till: Till, order: PlacedOrder, wanted: RefundWish, key: str = "") -> RefundView:
    command = RefundOrder(
        number=order.number,
        wish=wanted,
        reason="requested_by_customer",
        actor=STAFF,
        request_key=key.encode() or None,
    )
    done: RefundView = await till.do(RefundOrderHandler, command, key_of(key) if key else None)
    return done


async def test_a_part_and_then_the_rest(till: Till) -> None:
    order, _ = await till.paid()
    first = await refund(till, order, wish(1_000))
    assert (first.status, first.amount.amount, first.reason) == (
        "succeeded",
        1_000,
        "requested_by_customer",
    )
    assert await till.statuses(order) == ("confirmed", "partially_refunded", "partially_refunded")
    rest = await refund(till, order, RefundWish())
    assert rest.amount.amount == order.total - 1_000
    assert await till.statuses(order) == ("confirmed", "refunded", "refunded")
    assert await till.events(order, "OrderRefunded") == 2
    with pytest.raises(RefundExceedsCaptured):
        await refund(till, order, RefundWish())


async def test_fifty_at_once_never_give_more_than_was_captured(till: Till) -> None:
    order, _ = await till.paid(Line("MUG-1", 2, 1_000), shipping=500)
    told = await at_once(50, lambda _: refund(till, order, wish(400)))
    done = [each for each in told if isinstance(each, RefundView)]
    refused = [each for each in told if isinstance(each, RefundExceedsCaptured)]
    assert (len(done), len(refused)) == (6, 44)
    assert all(each.data["available"] == 100 for each in refused)
    assert sum(each.money.amount for each in till.gateway.refunds.values()) == 2_400


async def test_units_one_by_one_come_to_exactly_what_was_paid(till: Till) -> None:
    line = Line("TEA-1", 3, 333, tax=1)
    order, _ = await till.paid(line, Line("MUG-1", 1, 1_000))
    one = RefundWish(items={line.id: 1})
    given = [await refund(till, order, one) for _ in range(3)]
    assert [each.amount.amount for each in given] == [334, 333, 333]
    with pytest.raises(RefundExceedsCaptured):
        await refund(till, order, one)
    assert await till.statuses(order) == ("confirmed", "partially_refunded", "partially_refunded")


async def test_refusals(till: Till) -> None:
    order, _ = await till.paid()
    unpaid, _ = await till.started()
    for wanted, refusal in (
        (wish(order.total + 1), RefundExceedsCaptured),
        (wish(100, "EUR"), InvalidValue),
        (RefundWish(items={order.id: 1}), NotFound),
    ):
        with pytest.raises(refusal):
            await refund(till, order, wanted)
    with pytest.raises(RefundExceedsCaptured):
        await refund(till, unpaid, wish(1))
    assert await till.value("SELECT count(*) FROM refund") == 0


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (Actor(), Unauthenticated),
        (Actor(account_id=key_of("x").scope), Forbidden),  # type: ignore[arg-type]  # any account will do
        (Actor(permissions=frozenset({"orders:refund"})), StepUpRequired),
    ],
)
async def test_only_fresh_staff_may_refund(till: Till, actor: Actor, refusal: type[Exception]) -> None:
    order, _ = await till.paid()
    with pytest.raises(refusal):
        await till.do(
            RefundOrderHandler,
            RefundOrder(number=order.number, wish=wish(1), reason="other", actor=actor),
        )


async def test_a_refund_is_audited(till: Till) -> None:
    order, _ = await till.paid()
    await refund(till, order, wish(1_000))
    row = await till.value("SELECT row_to_json(a) FROM audit_log a WHERE action = 'payments.refunded'")
    assert row["actor"] == "system:test"
    assert row["target"] == f"order:{order.id}"
    assert row["after"]["money"] == {"amount": 1_000, "currency": "USD"}


async def test_what_the_provider_refuses_is_free_again(till: Till) -> None:
    order, _ = await till.paid()
    till.gateway.faults.refuse_refunds = "charge_disputed"
    with pytest.raises(RefundRefused, match="charge_disputed"):
        await refund(till, order, wish(1_000))
    assert await till.value("SELECT refund_pending FROM payment WHERE id = $1", order.payment_id) == 0
    till.gateway.faults.refuse_refunds = None
    assert (await refund(till, order, RefundWish())).amount.amount == order.total


@pytest.mark.parametrize("fault", ["down", "lose_replies"])
async def test_without_an_answer_it_is_pending_and_a_job_goes_on(till: Till, fault: str) -> None:
    order, _ = await till.paid()
    setattr(till.gateway.faults, fault, 1)
    assert (await refund(till, order, wish(1_000))).status == "pending"
    assert await till.value("SELECT refund_pending FROM payment WHERE id = $1", order.payment_id) == 1_000
    till.gateway.faults.down = False
    report = await till.run(RetryRefundsHandler, NOW)
    assert (report.looked_at, report.moved) == (1, 1)
    assert (await till.run(RetryRefundsHandler, NOW)).looked_at == 0
    assert len(till.gateway.refunds) == 1
    assert await till.statuses(order) == ("confirmed", "partially_refunded", "partially_refunded")


class Killed(BaseException):
    """The process dies between the claim and the provider."""


async def test_a_crash_before_the_provider_is_carried_on_by_the_same_key(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = await till.paid()

    async def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(till.gateway, "refund", die)
        with pytest.raises(Killed):
            await refund(till, order, wish(1_000), "the-key")
    # Whoever held the claim is dead: what it held may be taken over.
    await till.execute("UPDATE idempotency_key SET claimed_at = now() - interval '2 minutes'")
    done = await refund(till, order, wish(1_000), "the-key")
    assert done.status == "succeeded"
    assert len(till.gateway.refunds) == 1
    assert await till.value("SELECT count(*) FROM refund") == 1


async def test_a_crash_after_the_provider_gives_the_money_once(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = await till.paid()
    real = till.gateway.refund

    async def give_and_die(*arguments: object) -> None:
        await real(*arguments)  # type: ignore[arg-type]  # passed on as they came
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(till.gateway, "refund", give_and_die)
        with pytest.raises(Killed):
            await refund(till, order, wish(1_000), "the-key")
    # The claim was given back here, as the door does for a request that failed.
    await till.execute("DELETE FROM idempotency_key")
    assert (await refund(till, order, wish(1_000), "the-key")).status == "succeeded"
    assert len(till.gateway.refunds) == 1


async def test_the_webhook_settles_what_we_did_not_hear(till: Till) -> None:
    order, ref = await till.paid()
    till.gateway.faults.lose_replies = 1
    assert (await refund(till, order, wish(1_000))).status == "pending"
    for _ in range(2):
        await till.webhook(event_of({"id": "re_1", "payment_intent": ref}, "refund.created"))
    await till.drain()
    assert await till.statuses(order) == ("confirmed", "partially_refunded", "partially_refunded")
    assert await till.events(order, "OrderRefunded") == 1


async def test_refunds_made_in_the_providers_dashboard_come_into_our_books(till: Till) -> None:
    order, ref = await till.started()
    till.gateway.pay(ref)
    till.gateway.refund_by_hand(ref, Money(700, "USD"))
    # The refund is told of before the capture.
    charge = {"id": "ch_1", "payment_intent": {"id": ref}}
    for _ in range(2):
        await till.webhook(event_of(charge, "charge.refunded"))
    await till.drain()
    await till.told(till.gateway.intents[ref])
    assert await till.statuses(order) == ("confirmed", "partially_refunded", "partially_refunded")
    assert await till.value("SELECT actor FROM refund") == "provider:stripe"
    assert await till.events(order, "OrderPaid") == 1


async def test_a_refund_that_takes_days(till: Till) -> None:
    order, ref = await till.paid()
    till.gateway.faults.hold_refunds = True
    assert (await refund(till, order, RefundWish())).status == "pending"
    assert (await till.run(RetryRefundsHandler, NOW)).moved == 0
    assert (await till.statuses(order))[1] == "paid"
    (made,) = till.gateway.refunds
    till.gateway.finish_refund(made, RefundStatus.SUCCEEDED)
    await till.webhook(event_of({"id": made, "payment_intent": ref}, "refund.updated"))
    await till.drain()
    assert await till.statuses(order) == ("confirmed", "refunded", "refunded")


async def test_a_manual_payment_is_given_back_without_asking_anyone(till: Till) -> None:
    order = await till.order(method="manual", status="confirmed")
    for _ in range(2):
        await till.do(CaptureOrderHandler, CaptureOrder(number=order.number, actor=STAFF))
    assert await till.statuses(order) == ("confirmed", "paid", "captured")
    assert await till.events(order, "OrderPaid") == 1
    assert (await refund(till, order, wish(1_000))).status == "succeeded"
    assert till.gateway.calls == []
    assert await till.statuses(order) == ("confirmed", "partially_refunded", "partially_refunded")


async def test_refunds_and_webhooks_at_the_same_moment(till: Till) -> None:
    order, ref = await till.paid()

    async def either(index: int) -> object:
        if index % 2:
            return await refund(till, order, wish(100))
        await till.webhook(event_of({"id": f"re_{index}", "payment_intent": ref}, "refund.updated"))
        await till.drain()
        return None

    told = await at_once(20, either)
    assert [each for each in told if isinstance(each, Exception)] == []
    assert await till.value("SELECT refunded FROM payment WHERE id = $1", order.payment_id) == 1_000
    assert await till.events(order, "OrderRefunded") == 10


async def test_a_dispute_marks_the_order_until_it_is_won(till: Till) -> None:
    order, ref = await till.paid()
    for status, counts, axis in (
        ("warning_needs_response", False, "paid"),
        ("needs_response", True, "disputed"),
        ("won", False, "paid"),
    ):
        till.gateway.disputes["dp_1"] = DisputeState(ref="dp_1", intent_ref=ref, status=status, counts=counts)
        await till.webhook(event_of({"id": "dp_1"}, "charge.dispute.updated"))
        await till.drain()
        assert (await till.statuses(order))[1] == axis
    assert till.gateway.intents[ref].status is PaymentStatus.CAPTURED
