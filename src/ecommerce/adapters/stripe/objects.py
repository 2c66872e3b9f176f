"""Stripe's objects, as plain JSON, read into the application's words."""

from collections.abc import Mapping
from typing import Any

from ecommerce.application.payments.provider import DisputeState, IntentState, RefundState
from ecommerce.domain.payments.payment import Failure
from ecommerce.domain.payments.refund import RefundStatus
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.money import Money, exponent

StripeJson = Mapping[str, Any]

# Where Stripe counts otherwise than ISO 4217: https://docs.stripe.com/currencies#special-cases
_STRIPE_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}

_STATUS = {
    "requires_payment_method": PaymentStatus.REQUIRES_PAYMENT_METHOD,
    "requires_confirmation": PaymentStatus.REQUIRES_PAYMENT_METHOD,
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.AUTHORIZED,
    "canceled": PaymentStatus.CANCELLED,
    "succeeded": PaymentStatus.CAPTURED,
}
_REFUND_STATUS = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
# An inquiry takes no money; a dispute that was won has given it back.
_HARMLESS_DISPUTES = ("warning_needs_response", "warning_under_review", "warning_closed", "won", "prevented")


def to_stripe(money: Money) -> dict[str, Any]:
    shift = _shift(money.currency)
    return {"amount": _scaled(money.amount, shift), "currency": money.currency.lower()}


def _amount(amount: int, currency: str) -> int:
    return _scaled(amount, -_shift(currency))


def _shift(currency: str) -> int:
    ours = exponent(currency)
    return _STRIPE_EXPONENTS.get(currency, ours) - ours


def _scaled(amount: int, shift: int) -> int:
    factor: int = 10 ** abs(shift)
    return amount * factor if shift >= 0 else amount // factor


def from_stripe(amount: int, currency: str) -> Money:
    upper = currency.upper()
    return Money(_amount(amount, upper), upper)


def ref_of(field: Any) -> str | None:
    """The id of what a field points to, expanded or not."""
    if isinstance(field, Mapping):
        return str(field["id"])
    return str(field) if field else None


def intent_state(intent: StripeJson, *, fresh: bool) -> IntentState:
    money = from_stripe(intent["amount"], intent["currency"])
    return IntentState(
        ref=intent["id"],
        status=_STATUS[intent["status"]],
        money=money,
        captured=_amount(intent.get("amount_received") or 0, money.currency),
        client_secret=intent.get("client_secret"),
        failure=_failure(intent.get("last_payment_error")),
        metadata=_text_values(intent.get("metadata")),
        livemode=bool(intent.get("livemode")),
        fresh=fresh,
    )


def _failure(error: StripeJson | None) -> Failure | None:
    if not error:
        return None
    code = error.get("decline_code") or error.get("code") or "declined"
    return Failure(str(code), str(error.get("message") or "the payment was declined"))


def refund_state(refund: StripeJson) -> RefundState:
    return RefundState(
        ref=refund["id"],
        intent_ref=ref_of(refund.get("payment_intent")),
        status=_REFUND_STATUS[refund["status"] or "pending"],
        money=from_stripe(refund["amount"], refund["currency"]),
        reason=refund.get("reason") or "other",
        failure=refund.get("failure_reason"),
        metadata=_text_values(refund.get("metadata")),
    )


def dispute_state(dispute: StripeJson) -> DisputeState:
    status = str(dispute["status"])
    return DisputeState(
        ref=dispute["id"],
        intent_ref=ref_of(dispute.get("payment_intent")),
        status=status,
        counts=status not in _HARMLESS_DISPUTES,
    )


def _text_values(metadata: StripeJson | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in (metadata or {}).items()}
