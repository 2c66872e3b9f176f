"""What happens when a card is charged: authentication, decline, authorisation, capture."""

from typing import Any

from ecommerce.adapters.sandbox.state.objects import Page, StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.authentication import ask_for_authentication
from ecommerce.adapters.sandbox.stripe.calls.debiting import start_debit
from ecommerce.adapters.sandbox.stripe.calls.disputing import open_dispute
from ecommerce.adapters.sandbox.stripe.calls.payment_methods import attach_to
from ecommerce.adapters.sandbox.stripe.calls.taking import fail, take_money
from ecommerce.adapters.sandbox.stripe.objects.charges import new_charge
from ecommerce.adapters.sandbox.stripe.objects.payment_methods import test_method_of
from ecommerce.adapters.sandbox.stripe.rules.payment_means import TestMethod, decline_message, error_code
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

AUTHORISATION_SECONDS = 7 * 86400


def attempt(
    books: Books,
    intent: StripeObject,
    method: StripeObject,
    *,
    authenticated: bool = False,
    off_session: bool = False,
    return_url: str | None = None,
) -> StripeError | None:
    """Charge a method for an intent and tell of a decline, which the caller raises or keeps."""
    card = test_method_of(method)
    intent["payment_method"] = method["id"]
    if method["type"] == "us_bank_account":
        start_debit(books, intent, method)
        return None
    if not authenticated and needs_authentication(books, intent, method, card):
        if off_session:
            return decline(books, intent, method, "authentication_required", authenticated=False)
        ask_for_authentication(books, intent, return_url)
        books.update(intent)
        books.emit("payment_intent.requires_action", intent)
        return None
    if card.decline_code is not None:
        return decline(books, intent, method, card.decline_code, authenticated=authenticated)
    authorise(books, intent, method, authenticated=authenticated)
    return None


def needs_authentication(books: Books, intent: StripeObject, method: StripeObject, card: TestMethod) -> bool:
    if card.authentication == "always":
        return True
    if card.authentication == "unless_set_up":
        set_up = Page(limit=100, where={"payment_method": (method["id"],)})
        return not any(setup["status"] == "succeeded" for setup in books.objects.page("setup_intent", set_up))
    wish = intent["payment_method_options"].get("card", {}).get("request_three_d_secure")
    return wish in ("any", "challenge")


def decline(
    books: Books, intent: StripeObject, method: StripeObject, decline_code: str, *, authenticated: bool
) -> StripeError:
    """Record a refused attempt; the intent waits for another method."""
    charge = new_charge(books.now(), intent, method, authenticated=authenticated, decline_code=decline_code)
    books.insert(charge)
    failure: dict[str, Any] = {"charge": charge["id"], "decline_code": decline_code, "payment_method": method}
    error = StripeError(
        decline_message(decline_code),
        status=402,
        kind="card_error",
        code=error_code(decline_code),
        keeps_work=True,
        details=failure,
    )
    fail(intent, error)
    intent["latest_charge"] = charge["id"]
    books.update(intent)
    books.emit("charge.failed", charge)
    books.emit("payment_intent.payment_failed", intent)
    error.details = failure | {"payment_intent": intent}
    return error


def authorise(books: Books, intent: StripeObject, method: StripeObject, *, authenticated: bool) -> None:
    """Hold the money and, unless capture is manual, take it at once."""
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(books, method, intent["customer"])
    now, card = books.now(), test_method_of(method)
    charge = new_charge(now, intent, method, authenticated=authenticated)
    intent["latest_charge"] = charge["id"]
    intent["last_payment_error"] = None
    intent["next_action"] = None
    books.insert(charge)
    if intent["capture_method"] == "manual":
        charge["payment_method_details"]["card"]["capture_before"] = now + AUTHORISATION_SECONDS
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        books.update(charge)
        books.update(intent)
        books.schedule(now + AUTHORISATION_SECONDS, "expire_authorisation", intent["id"])
        books.emit("charge.succeeded", charge)
        books.emit("payment_intent.amount_capturable_updated", intent)
        return
    take_money(books, intent, charge, intent["amount"], card)
    books.emit("charge.succeeded", charge)
    books.emit("payment_intent.succeeded", intent)
    dispute_if_told(books, charge, card)


def capture(books: Books, intent: StripeObject, amount: int) -> None:
    """Take what was authorised, or a part of it; the rest is released."""
    charge = books.get("charge", intent["latest_charge"])
    method = books.get("payment_method", charge["payment_method"])
    take_money(books, intent, charge, amount, test_method_of(method))
    books.emit("charge.captured", charge)
    books.emit("payment_intent.succeeded", intent)
    dispute_if_told(books, charge, test_method_of(method))


def dispute_if_told(books: Books, charge: StripeObject, card: TestMethod) -> None:
    if card.dispute_reason is not None:
        open_dispute(books, charge, card.dispute_reason, inquiry=card.inquiry)
