"""What is read, and what is kept, of Stripe's events."""

import json
import time
from typing import Any

import pytest
import stripe

from ecommerce.adapters.stripe.webhook import StripeWebhooks
from ecommerce.application.payments.provider import (
    DisputeNews,
    Incoming,
    IntentNews,
    InvalidSignature,
    NoNews,
    RefundNews,
)

INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1_999,
    "amount_received": 1_999,
    "currency": "usd",
    "status": "succeeded",
    "metadata": {"payment_id": "01940000-0000-7000-8000-000000000001"},
    "client_secret": "pi_1_secret_canary",
    "receipt_email": "canary@example.com",
    "last_payment_error": {"code": "card_declined", "payment_method": {"name": "Canary"}},
}


def event(kind: str, thing: object, **more: object) -> dict[str, Any]:
    return {"id": "evt_1", "type": kind, "livemode": False, "data": {"object": thing}, **more}


def verified(told: dict[str, Any], *secrets: str) -> Incoming:
    body = json.dumps(told)
    sign: Any = stripe.WebhookSignature.generate_signature_header
    reader = StripeWebhooks(secrets or ("whsec_1",), livemode=False)
    return reader.verify(body.encode(), sign(body, "whsec_1", int(time.time())))


@pytest.mark.parametrize(
    ("told", "news"),
    [
        (event("payment_intent.succeeded", INTENT), IntentNews),
        (event("payment_intent.created", INTENT), NoNews),
        (event("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1"}), RefundNews),
        (event("charge.refunded", {"id": "ch_1", "payment_intent": None}), NoNews),
        (event("refund.failed", {"id": "re_1", "payment_intent": {"id": "pi_1"}}), RefundNews),
        (event("charge.dispute.created", {"id": "dp_1"}), DisputeNews),
        (event("customer.created", {"id": "cus_1"}), NoNews),
        (event("payment_intent.succeeded", {"id": "pi_1"}), NoNews),
        (event("payment_intent.succeeded", {**INTENT, "status": "new"}), NoNews),
        ({**event("payment_intent.succeeded", INTENT), "livemode": True}, NoNews),
        (event("payment_intent.succeeded", INTENT, account="acct_1"), NoNews),
        ({"id": "evt_1", "type": "ping"}, NoNews),
    ],
)
def test_events_in_our_words(told: dict[str, Any], news: type[object]) -> None:
    reader = StripeWebhooks(["whsec_1"], livemode=False)
    assert isinstance(reader.read(verified(told)), news)


@pytest.mark.parametrize(
    ("status", "certain"),
    [("succeeded", True), ("canceled", True), ("processing", False), ("requires_capture", False)],
)
def test_only_what_can_not_change_any_more_is_certain(status: str, certain: bool) -> None:
    told = verified(event("payment_intent.succeeded", {**INTENT, "status": status}))
    news = StripeWebhooks(["whsec_1"], livemode=False).read(told)
    assert isinstance(news, IntentNews)
    assert news.certain is certain
    assert not news.intent.fresh


def test_secrets_and_people_are_not_kept() -> None:
    kept = json.dumps(verified(event("payment_intent.succeeded", INTENT)).payload).lower()
    assert "canary" not in kept


def test_any_of_several_secrets_counts_and_none_is_no_door() -> None:
    assert verified(event("ping", {"id": "x"}), "whsec_0", "whsec_1").event_id == "evt_1"
    with pytest.raises(InvalidSignature):
        verified(event("ping", {"id": "x"}), "whsec_0")
    assert not StripeWebhooks([], livemode=False).enabled


@pytest.mark.parametrize("told", [[], {"id": "evt_1"}, {"id": "e", "type": "x", "data": []}])
def test_signed_nonsense_is_refused(told: Any) -> None:
    with pytest.raises(InvalidSignature):
        verified(told)
