"""Payments against a real database: any door, any order, any number of times, one effect."""

import random
from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
import stripe

from ecommerce.application.payments.care import (
    ReconcilePaymentsHandler,
    RetryRefundsHandler,
    RetryStartsHandler,
)
from ecommerce.application.payments.open_intent import OpenIntent, OpenIntentHandler
from ecommerce.application.payments.payment_view import IntentView
from ecommerce.application.payments.provider import IntentRequest, IntentState, InvalidSignature
from ecommerce.application.payments.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from ecommerce.application.payments.records import Viewer
from ecommerce.application.payments.sync_payment import SyncPayment, SyncPaymentHandler
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.payments.payment import PaymentDeclined
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import IllegalTransition, NotFound, Unavailable
from ecommerce.domain.shared.money import Money
from tests.factories.orders import Line, PlacedOrder
from tests.factories.till import SECRET, Till, at_once, event_of, intent_json

pytestmark = pytest.mark.anyio
NOW = timedelta(0)


def buyer(order: PlacedOrder) -> Viewer:
    return Viewer(token_hash=token_hash(order.token))


async def open_intent(till: Till, order: PlacedOrder) -> IntentView:
    shown: IntentView = await till.do(
        OpenIntentHandler, OpenIntent(order_number=order.number, viewer=buyer(order))
    )
    return shown


async def test_starting_again_finds_the_same_intent(till: Till) -> None:
    order = await till.order()
    first, second = await till.start(order), await till.start(order)
    assert first == second
    assert first.status == "requires_payment_method"
    assert first.client_secret == f"{await till.ref(order)}_secret"
    stored = await till.value("SELECT client_secret FROM payment WHERE id = $1", order.payment_id)
    assert b"secret" not in stored
    assert till.gateway.calls.count("create_intent") == 1


async def test_a_start_whose_answer_was_lost_is_found_again_by_the_job(till: Till) -> None:
    order = await till.order()
    till.gateway.faults.lose_replies = 1
    assert (await till.start(order)).status == "pending"
    assert await till.value("SELECT provider_ref FROM payment WHERE id = $1", order.payment_id) is None
    report = await till.run(RetryStartsHandler, NOW)
    assert (report.looked_at, report.moved, report.failed) == (1, 1, {})
    assert len(till.gateway.intents) == 1


async def test_the_webhook_may_come_before_our_own_answer(till: Till) -> None:
    order = await till.order()
    till.gateway.faults.lose_replies = 1
    await till.start(order)
    (ref,) = till.gateway.intents
    await till.told(till.gateway.pay(ref))
    assert await till.statuses(order) == ("confirmed", "paid", "captured")
    assert (await till.start(order)).status == "captured"


async def test_nothing_is_asked_for_a_manual_payment_or_a_free_order(till: Till) -> None:
    manual = await till.order(method="manual")
    free = await till.order(Line("GIFT-1", 1, 0), shipping=0)
    assert (await till.start(manual)).status == "pending"
    await till.start(free)
    assert till.gateway.calls == []


async def test_a_sum_that_nobody_takes_ends_the_attempt(till: Till) -> None:
    order = await till.order(Line("PIN-1", 1, 10), shipping=0)
    assert (await till.start(order)).status == "failed"
    with pytest.raises(PaymentDeclined):
        await open_intent(till, order)


@pytest.mark.parametrize("doors", list(permutations(["webhook", "sync", "reconcile"])))
async def test_return_page_webhook_and_reconciler_in_every_order(till: Till, doors: tuple[str, ...]) -> None:
    order, ref = await till.started()
    intent = till.gateway.pay(ref)
    for door in doors:
        if door == "webhook":
            await till.told(intent)
        elif door == "sync":
            await till.do(SyncPaymentHandler, SyncPayment(payment_id=order.payment_id, viewer=buyer(order)))
        else:
            await till.run(ReconcilePaymentsHandler, NOW)
    assert await till.statuses(order) == ("confirmed", "paid", "captured")
    assert await till.events(order, "OrderPaid") == await till.events(order, "OrderConfirmed") == 1
    assert await till.value("SELECT captured FROM payment WHERE id = $1", order.payment_id) == order.total


async def test_late_and_shuffled_webhooks_end_alike(till: Till) -> None:
    order, ref = await till.started()
    told = [
        till.gateway.intents[ref],
        till.gateway.change(ref, status=PaymentStatus.REQUIRES_ACTION),
        till.gateway.change(ref, status=PaymentStatus.PROCESSING),
        till.gateway.pay(ref),
    ] * 2
    random.Random(7).shuffle(told)
    for intent in told:
        await till.told(intent, f"payment_intent.{intent.status}")
    assert await till.statuses(order) == ("confirmed", "paid", "captured")
    assert await till.events(order, "OrderPaid") == 1


async def test_one_webhook_fifty_times_at_once_is_one_event(till: Till) -> None:
    order, ref = await till.started()
    event = event_of(intent_json(till.gateway.pay(ref)), "payment_intent.succeeded")
    taken = await at_once(50, lambda _: till.webhook(event))
    assert taken.count(True) == 1
    assert taken.count(False) == 49
    await till.drain()
    assert await till.value("SELECT count(*) FROM webhook_inbox WHERE outcome = 'settled'") == 1
    assert await till.events(order, "OrderPaid") == 1


async def test_fifty_doors_at_once_make_one_capture(till: Till) -> None:
    order, ref = await till.started()
    intent = till.gateway.pay(ref)
    said = await at_once(50, lambda index: till.settle(intent, f"door-{index}"))
    assert sorted(set(said)) == ["settled", "unchanged"]
    assert said.count("settled") == 1
    assert await till.events(order, "OrderPaid") == 1


async def test_declined_and_then_paid_with_another_card(till: Till) -> None:
    order, ref = await till.started()
    late = till.gateway.decline(ref, "expired_card")
    await till.told(till.gateway.decline(ref, "insufficient_funds"), "payment_intent.payment_failed")
    assert await till.statuses(order) == ("pending", "unpaid", "requires_payment_method")
    view = await till.do(SyncPaymentHandler, SyncPayment(payment_id=order.payment_id, viewer=buyer(order)))
    assert view.failure.code == "insufficient_funds"
    await till.told(till.gateway.pay(ref))
    view = await till.do(SyncPaymentHandler, SyncPayment(payment_id=order.payment_id, viewer=buyer(order)))
    assert (view.status, view.failure) == ("captured", None)
    assert [entry.status for entry in view.trail][-1] == "captured"
    await till.told(late, "payment_intent.payment_failed")
    view = await till.do(SyncPaymentHandler, SyncPayment(payment_id=order.payment_id, viewer=buyer(order)))
    assert (view.status, view.failure) == ("captured", None)
    assert view.trail[-1].detail == "expired_card: Your card was declined."


async def test_a_bank_debit_that_fails_leaves_the_order_unpaid_again(till: Till) -> None:
    order, ref = await till.started()
    await till.told(till.gateway.change(ref, status=PaymentStatus.PROCESSING), "payment_intent.processing")
    assert await till.statuses(order) == ("pending", "pending", "processing")
    await till.told(till.gateway.decline(ref, "debit_failed"), "payment_intent.payment_failed")
    assert await till.statuses(order) == ("pending", "unpaid", "requires_payment_method")


async def test_a_wrong_amount_is_never_accepted(till: Till) -> None:
    order, ref = await till.started()
    for money in (Money(1, "USD"), Money(order.total, "EUR"), Money(order.total + 1, "USD")):
        wrong = msgspec.structs.replace(
            till.gateway.intents[ref], status=PaymentStatus.CAPTURED, money=money, captured=money.amount
        )
        await till.told(wrong)
    assert await till.statuses(order) == ("pending", "unpaid", "requires_payment_method")
    trail = "SELECT count(*) FROM payment_event WHERE payment_id = $1 AND detail LIKE 'mismatch%'"
    assert await till.value(trail, order.payment_id) == 3


async def test_webhooks_that_are_not_ours_are_stored_and_ignored(till: Till) -> None:
    order, ref = await till.started()
    intent = intent_json(till.gateway.pay(ref))
    await till.webhook(event_of(intent, "payment_intent.succeeded", livemode=True))
    await till.webhook(event_of(intent, "payment_intent.succeeded", account="acct_other"))
    await till.webhook(event_of({"id": "cus_1"}, "customer.created"))
    await till.webhook(event_of({"id": "pi_other", "status": "?"}, "payment_intent.succeeded"))
    foreign = {**intent, "id": "pi_foreign", "metadata": {}}
    await till.webhook(event_of(foreign, "payment_intent.succeeded"))
    await till.drain()
    assert await till.statuses(order) == ("pending", "unpaid", "requires_payment_method")
    assert await till.value("SELECT count(*) FROM webhook_inbox WHERE handled_at IS NOT NULL") == 5
    await till.settle(till.gateway.intents[ref])


async def test_forged_and_stale_signatures_change_nothing(till: Till) -> None:
    _, ref = await till.started()
    event = event_of(intent_json(till.gateway.intents[ref]), "payment_intent.succeeded")
    with pytest.raises(InvalidSignature):
        await till.webhook(event, secret="whsec_forged")
    header = stripe.WebhookSignature.generate_signature_header("{}", SECRET, 1_000_000_000)
    for body, signature in ((b"{}", header), (b"{}", None), (b"\xff", header), (b"{}", "t=x,v1=")):
        with pytest.raises(InvalidSignature):
            await till.do(ReceiveWebhookHandler, ReceiveWebhook(body=body, signature=signature))
    assert await till.value("SELECT count(*) FROM webhook_inbox") == 0


async def test_the_old_secret_still_counts_while_it_is_listed(till: Till) -> None:
    order, ref = await till.started()
    event = event_of(intent_json(till.gateway.pay(ref)), "payment_intent.succeeded")
    assert await till.webhook(event, secret="whsec_old")
    await till.drain()
    assert await till.statuses(order) == ("confirmed", "paid", "captured")


@pytest.mark.parametrize("ended", ["expired", "cancelled"])
async def test_money_for_an_order_that_is_over_goes_back_by_itself(till: Till, ended: str) -> None:
    order, ref = await till.started()
    await till.end(order, ended)
    await till.execute("UPDATE outbox SET done_at = now()")  # nobody closed the intent in time
    await till.told(till.gateway.pay(ref))
    assert await till.statuses(order) == (ended, "refunded", "refunded")
    assert await till.events(order, "OrderRefunded") == 1
    assert await till.events(order, "OrderPaid") == 0
    (refund,) = till.gateway.refunds.values()
    assert refund.money == Money(order.total, "USD")


async def test_an_order_that_ends_closes_its_intent(till: Till) -> None:
    order, ref = await till.started()
    await till.end(order, "expired")
    await till.drain()
    assert till.gateway.intents[ref].status is PaymentStatus.CANCELLED
    assert await till.statuses(order) == ("expired", "unpaid", "cancelled")
    with pytest.raises(IllegalTransition):
        await open_intent(till, order)


async def test_an_order_that_ends_while_its_intent_is_made_leaves_none_open(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await till.order()
    real = till.gateway.create_intent

    async def while_it_ends(request: IntentRequest) -> IntentState:
        made = await real(request)
        await till.end(order, "cancelled")
        await till.drain()
        return made

    monkeypatch.setattr(till.gateway, "create_intent", while_it_ends)
    started = await till.start(order)
    assert (started.status, started.client_secret) == ("cancelled", None)
    (intent,) = till.gateway.intents.values()
    assert intent.status is PaymentStatus.CANCELLED
    assert await till.statuses(order) == ("cancelled", "unpaid", "cancelled")


async def test_a_payment_that_beats_the_cancelling_is_given_back(till: Till) -> None:
    order, ref = await till.started()
    till.gateway.pay(ref)
    await till.end(order, "cancelled")
    await till.drain()
    assert await till.statuses(order) == ("cancelled", "refunded", "refunded")


async def test_cancelling_a_paid_order_gives_the_money_back_once(till: Till) -> None:
    order, _ = await till.paid()
    await till.end(order, "cancelled")
    await till.end(order, "cancelled")
    await till.drain()
    assert await till.statuses(order) == ("cancelled", "refunded", "refunded")
    assert len(till.gateway.refunds) == 1
    assert await till.value("SELECT count(*) FROM refund") == 1


async def test_money_owed_while_the_provider_is_away_goes_back_later(till: Till) -> None:
    order, _ = await till.paid()
    till.gateway.faults.down = True
    await till.end(order, "cancelled")
    await till.drain()
    assert await till.statuses(order) == ("cancelled", "paid", "captured")
    till.gateway.faults.down = False
    report = await till.run(RetryRefundsHandler, NOW)
    assert report.moved == 1
    assert await till.statuses(order) == ("cancelled", "refunded", "refunded")


async def test_a_late_authorization_is_let_go(till: Till) -> None:
    order, ref = await till.started()
    await till.end(order, "expired")
    await till.execute("UPDATE outbox SET done_at = now()")
    await till.told(
        till.gateway.change(ref, status=PaymentStatus.AUTHORIZED), "payment_intent.amount_capturable_updated"
    )
    assert till.gateway.intents[ref].status is PaymentStatus.CANCELLED
    assert (await till.statuses(order))[2] == "cancelled"


async def test_the_intent_stays_the_same_until_it_is_cancelled(till: Till) -> None:
    order, ref = await till.started()
    first, second = await open_intent(till, order), await open_intent(till, order)
    assert first == second
    assert first.client_secret == f"{ref}_secret"
    till.gateway.change(ref, status=PaymentStatus.CANCELLED)
    third = await open_intent(till, order)
    assert third.payment_id != first.payment_id
    assert third.client_secret not in (None, first.client_secret)
    told = await at_once(10, lambda _: open_intent(till, order))
    assert {each.payment_id for each in told} == {third.payment_id}


async def test_fifty_at_once_share_one_new_attempt(till: Till) -> None:
    order, ref = await till.started()
    till.gateway.change(ref, status=PaymentStatus.CANCELLED)
    told = await at_once(20, lambda _: open_intent(till, order))
    assert len({each.payment_id for each in told}) == 1
    assert await till.value("SELECT count(*) FROM payment WHERE order_id = $1", order.id) == 2


async def test_intents_while_the_provider_is_away(till: Till) -> None:
    order = await till.order()
    till.gateway.faults.down = True
    with pytest.raises(Unavailable):
        await open_intent(till, order)
    till.gateway.faults.down = False
    first = await open_intent(till, order)
    till.gateway.faults.down = True
    assert await open_intent(till, order) == first


async def test_a_payment_is_seen_by_its_buyer_and_staff_alone(till: Till) -> None:
    order, _ = await till.started()
    staff = Viewer(sees_all=True)
    assert await till.do(SyncPaymentHandler, SyncPayment(payment_id=order.payment_id, viewer=staff))
    for stranger in (Viewer(), Viewer(token_hash=b"x" * 32), Viewer(account_id=order.id)):
        with pytest.raises(NotFound):
            await till.do(SyncPaymentHandler, SyncPayment(payment_id=order.payment_id, viewer=stranger))
        with pytest.raises(NotFound):
            await till.do(OpenIntentHandler, OpenIntent(order_number=order.number, viewer=stranger))
