"""Bank debits: taken on trust, settled or returned later."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.taking import fail, take_money
from ecommerce.adapters.sandbox.stripe.objects.charges import new_charge
from ecommerce.adapters.sandbox.stripe.objects.payment_methods import test_method_of
from ecommerce.adapters.sandbox.stripe.rules.payment_means import decline_message
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

SETTLING_SECONDS = 5


def start_debit(books: Books, intent: StripeObject, method: StripeObject) -> None:
    """The intent is `processing` until the bank has answered. Raises `StripeError`."""
    if intent["currency"] != "usd":
        raise StripeError("US bank accounts pay in USD only.", param="currency")
    if intent["capture_method"] == "manual":
        raise StripeError("Bank debits can't be captured by hand.", param="capture_method")
    charge = new_charge(books.now(), intent, method, authenticated=False)
    charge["status"] = "pending"
    charge["paid"] = False
    intent["latest_charge"] = charge["id"]
    intent["last_payment_error"] = None
    intent["next_action"] = None
    intent["status"] = "processing"
    books.insert(charge)
    books.update(intent)
    if not test_method_of(method).never_settles:
        books.schedule(books.now() + SETTLING_SECONDS, "settle_debit", intent["id"])
    books.emit("charge.pending", charge)
    books.emit("payment_intent.processing", intent)


def settle_debit(books: Books, intent_id: str) -> None:
    intent = books.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        return
    charge = books.get("charge", intent["latest_charge"])
    method = books.get("payment_method", charge["payment_method"])
    account = test_method_of(method)
    if account.decline_code is None:
        charge["status"] = "succeeded"
        charge["paid"] = True
        take_money(books, intent, charge, intent["amount"], account)
        books.emit("charge.succeeded", charge)
        books.emit("payment_intent.succeeded", intent)
        return
    charge["status"] = "failed"
    charge["failure_code"] = account.decline_code
    charge["failure_message"] = decline_message(account.decline_code)
    fail(
        intent,
        StripeError(
            decline_message(account.decline_code),
            code="payment_intent_payment_attempt_failed",
            details={"charge": charge["id"], "decline_code": account.decline_code, "payment_method": method},
        ),
    )
    books.update(charge)
    books.update(intent)
    books.emit("charge.failed", charge)
    books.emit("payment_intent.payment_failed", intent)
