"""Confirming, capturing and cancelling payment intents, and what 3-D Secure and time do to them."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.authentication import authentication_failure, check_return_url
from ecommerce.adapters.sandbox.stripe.calls.call import Call
from ecommerce.adapters.sandbox.stripe.calls.charging import attempt, capture
from ecommerce.adapters.sandbox.stripe.calls.intent_fields import read_common
from ecommerce.adapters.sandbox.stripe.calls.payment_methods import read_method
from ecommerce.adapters.sandbox.stripe.calls.taking import fail
from ecommerce.adapters.sandbox.stripe.objects.payment_intents import PUBLIC_FIELDS
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, invalid_parameter

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELLABLE = (*CONFIRMABLE, "requires_capture")
# What a customer's browser may not decide when it confirms.
SECRET_KEY_ONLY = (
    "automatic_payment_methods", "capture_method", "customer", "description", "metadata", "off_session",
    "payment_method_types", "statement_descriptor", "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip
CANCELLATION_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")


def refuse_state(intent: StripeObject, wish: str) -> StripeError:
    return StripeError(
        f"This PaymentIntent can't be {wish} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        details={"payment_intent": intent},
    )


def check_method(intent: StripeObject, method: StripeObject) -> None:
    """Whether the intent may be paid with this method. Raises `StripeError`."""
    if intent["automatic_payment_methods"] is None and method["type"] not in intent["payment_method_types"]:
        raise StripeError(
            f"The intent takes {', '.join(intent['payment_method_types'])}, not {method['type']}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        raise StripeError(
            "The payment method belongs to a customer who is not the intent's.", param="payment_method"
        )


def confirm_intent(call: Call) -> StripeObject:
    intent = call.owned("payment_intent")
    if not call.has_secret_key:
        for name in SECRET_KEY_ONLY:
            if call.params.has(name):
                raise invalid_parameter(f"{name} needs the secret key.", name)
    shown = confirm(call, intent)
    return shown if call.has_secret_key else {field: shown[field] for field in PUBLIC_FIELDS}


def confirm(call: Call, intent: StripeObject) -> StripeObject:
    """Charge what the call or the intent names. Raises `StripeError`, a decline with what it wrote."""
    books, params = call.books, call.params
    return_url = check_return_url(params.text("return_url"))
    off_session = read_off_session(call)
    refuse_action = params.flag("error_on_requires_action") or False
    params.accept(
        "use_stripe_sdk", "mandate_data", "mandate", "radar_options", "expected_payment_method_type"
    )
    if intent["status"] not in CONFIRMABLE:
        raise refuse_state(intent, "confirmed")
    read_common(books, params, intent)
    method = read_method(books, params)
    params.done()
    if method is None:
        if intent["payment_method"] is None:
            raise StripeError(
                "A payment method is needed to confirm this PaymentIntent.",
                code="payment_intent_unexpected_state",
                param="payment_method",
                details={"payment_intent": intent},
            )
        method = books.get("payment_method", intent["payment_method"], "payment_method")
    check_method(intent, method)
    error = attempt(books, intent, method, off_session=off_session or refuse_action, return_url=return_url)
    if error is not None:
        if not call.has_secret_key:
            error.details = error.details | {
                "payment_intent": {field: intent[field] for field in PUBLIC_FIELDS}
            }
        raise error
    return intent


def read_off_session(call: Call) -> bool:
    """`true`, or one of the words that mean it."""
    value = call.params.choice("off_session", ("true", "false", "one_off", "recurring"))
    return value not in (None, "false")


def capture_intent(call: Call) -> StripeObject:
    books, params = call.books, call.params
    intent = books.get("payment_intent", call.ids["id"])
    amount = params.integer("amount_to_capture")
    params.accept("statement_descriptor", "statement_descriptor_suffix", "final_capture")
    intent["metadata"] = params.metadata(intent["metadata"])
    params.done()
    if intent["status"] != "requires_capture":
        raise refuse_state(intent, "captured")
    wanted = intent["amount_capturable"] if amount is None else amount
    if wanted < 1:
        raise invalid_parameter(
            "This value must be at least 1.", "amount_to_capture", "parameter_invalid_integer"
        )
    if wanted > intent["amount_capturable"]:
        raise StripeError(
            f"Only {intent['amount_capturable']} was authorised.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    capture(books, intent, wanted)
    return intent


def cancel(call: Call) -> StripeObject:
    books, params = call.books, call.params
    intent = books.get("payment_intent", call.ids["id"])
    reason = params.choice("cancellation_reason", CANCELLATION_REASONS)
    params.done()
    if intent["status"] not in CANCELLABLE:
        raise refuse_state(intent, "canceled")
    release_authorisation(books, intent, "charge.refunded")
    end(books, intent, reason)
    return intent


def release_authorisation(books: Books, intent: StripeObject, event: str) -> None:
    """Give a held amount back: Stripe shows such a charge as refunded without a refund."""
    if intent["status"] != "requires_capture":
        return
    charge = books.get("charge", intent["latest_charge"])
    charge["refunded"] = True
    charge["amount_refunded"] = charge["amount"]
    books.update(charge)
    books.emit(event, charge)


def end(books: Books, intent: StripeObject, reason: str | None) -> None:
    intent["status"] = "canceled"
    intent["canceled_at"] = books.now()
    intent["cancellation_reason"] = reason
    intent["amount_capturable"] = 0
    intent["next_action"] = None
    books.update(intent)
    books.emit("payment_intent.canceled", intent)


def expire_authorisation(books: Books, intent_id: str) -> None:
    """The bank holds money for seven days only; unless it was captured, the intent ends."""
    intent = books.get("payment_intent", intent_id)
    if intent["status"] != "requires_capture":
        return
    release_authorisation(books, intent, "charge.expired")
    end(books, intent, "automatic")


def answer_challenge(books: Books, intent: StripeObject, *, agreed: bool) -> None:
    """Carry on where 3-D Secure interrupted; a decline after it stays in the intent."""
    method = books.get("payment_method", intent["payment_method"])
    if agreed:
        attempt(books, intent, method, authenticated=True)
        return
    fail(intent, authentication_failure("payment_intent", method))
    books.update(intent)
    books.emit("payment_intent.payment_failed", intent)
