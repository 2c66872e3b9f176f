"""Stripe's webhooks: who sent them, and what they say."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import stripe

from ecommerce.adapters.stripe.objects import intent_state, ref_of
from ecommerce.application.payments.provider import (
    DisputeNews,
    Incoming,
    IntentNews,
    InvalidSignature,
    News,
    NoNews,
    RefundNews,
)
from ecommerce.domain.payments.state import PaymentStatus

PROVIDER = "stripe"
TOLERANCE_SECONDS = 300
# Nothing that comes after these can make them untrue; anything else may be old by the time it is read.
_CERTAIN = (PaymentStatus.CAPTURED, PaymentStatus.CANCELLED)
_OF_EVENT = ("id", "type", "created", "livemode", "account", "api_version")
_OF_THING = (
    "id",
    "object",
    "amount",
    "amount_received",
    "currency",
    "status",
    "metadata",
    "livemode",
    "last_payment_error",
    "payment_intent",
)
_OF_ERROR = ("code", "decline_code", "message")


class StripeWebhooks:
    def __init__(self, secrets: Sequence[str], *, livemode: bool) -> None:
        self._secrets = secrets
        self._livemode = livemode

    @property
    def enabled(self) -> bool:
        return bool(self._secrets)

    def verify(self, body: bytes, signature: str | None) -> Incoming:
        if not any(_signed(body, signature, secret) for secret in self._secrets):
            raise InvalidSignature("the signature does not fit")
        try:
            event = _kept(json.loads(body))
            return Incoming(
                provider=PROVIDER, event_id=str(event["id"]), kind=str(event["type"]), payload=event
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidSignature("signed, but no event") from error

    def read(self, incoming: Incoming) -> News:
        event = incoming.payload
        if bool(event.get("livemode")) is not self._livemode:
            return NoNews("livemode is not the key's")
        if event.get("account"):
            return NoNews("of another account")
        try:
            return _news(incoming.kind, event["data"]["object"])
        except (KeyError, TypeError, AttributeError):
            return NoNews("not readable")


def _signed(body: bytes, signature: str | None, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeError):
        return False
    return True


def _kept(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is read of an event: client secrets and what it tells of people are not stored."""
    thing = _only(_OF_THING, event["data"]["object"]) if "data" in event else {}
    if thing.get("last_payment_error"):
        thing["last_payment_error"] = _only(_OF_ERROR, thing["last_payment_error"])
    if thing.get("payment_intent"):
        thing["payment_intent"] = ref_of(thing["payment_intent"])
    kept = {**_only(_OF_EVENT, event), "data": {"object": thing}}
    # PostgreSQL's text holds neither NUL nor half a surrogate pair; the second fails to encode.
    if b"\\u0000" in json.dumps(kept, ensure_ascii=False).encode():
        raise ValueError("NUL in an event")
    return kept


def _only(names: tuple[str, ...], thing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: thing[name] for name in names if name in thing}


def _news(kind: str, thing: Mapping[str, Any]) -> News:
    if kind == "payment_intent.created":
        return NoNews("we made it ourselves")
    if kind.startswith("payment_intent."):
        intent = intent_state(thing, fresh=False)
        return IntentNews(intent, certain=intent.status in _CERTAIN)
    if kind == "charge.refunded" or kind.startswith(("refund.", "charge.refund.")):
        ref = ref_of(thing["payment_intent"])
        return RefundNews(ref) if ref else NoNews("without an intent")
    if kind.startswith("charge.dispute."):
        return DisputeNews(str(thing["id"]))
    return NoNews("of no interest")
