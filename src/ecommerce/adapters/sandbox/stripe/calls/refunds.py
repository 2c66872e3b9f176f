"""Refunds, never more than was captured."""

from ecommerce.adapters.sandbox.state.objects import Page, StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.objects.money_movements import new_balance_transaction, new_refund
from ecommerce.adapters.sandbox.stripe.objects.payment_methods import test_method_of
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, invalid_parameter, missing_parameter
from ecommerce.adapters.sandbox.stripe.wire.params import Params

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
SETTLING_SECONDS = 5


def create(call: Call) -> StripeObject:
    books, params = call.books, call.params
    amount = params.integer("amount")
    reason = params.choice("reason", REASONS)
    metadata = params.metadata()
    charge = read_charge(books, params)
    params.accept("instructions_email", "origin", "refund_application_fee", "reverse_transfer")
    params.done()
    left = charge["amount_captured"] - charge["amount_refunded"]
    check_refundable(books, charge, left)
    wanted = left if amount is None else amount
    if wanted < 1:
        raise invalid_parameter("This value must be at least 1.", "amount", "parameter_invalid_integer")
    if wanted > left:
        raise StripeError(
            f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    refund = new_refund(books.now(), charge, wanted)
    refund["reason"] = reason
    refund["metadata"] = metadata
    settle(books, refund, charge)
    return refund


def read_charge(books: Books, params: Params) -> StripeObject:
    charge_id, intent_id = params.text("charge"), params.text("payment_intent")
    if charge_id is None and intent_id is None:
        raise missing_parameter("payment_intent")
    if intent_id is not None:
        intent = books.get("payment_intent", intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            raise StripeError(
                f"This PaymentIntent ({intent_id}) has no successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        if charge_id not in (None, intent["latest_charge"]):
            raise invalid_parameter("The charge is not the payment intent's.", "charge")
        charge_id = intent["latest_charge"]
    return books.get("charge", str(charge_id), "charge")


def check_refundable(books: Books, charge: StripeObject, left: int) -> None:
    if not charge["captured"]:
        raise StripeError("This charge is not captured: cancel it instead.", param="charge")
    if charge["disputed"]:
        page = Page(limit=1, where={"charge": (charge["id"],)})
        for dispute in books.objects.page("dispute", page):
            if not dispute["is_charge_refundable"] and dispute["status"] != "won":
                raise StripeError("The charge is charged back.", code="charge_disputed", param="charge")
    if left == 0:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.",
            code="charge_already_refunded",
            param="charge",
        )


def settle(books: Books, refund: StripeObject, charge: StripeObject) -> None:
    """Give the money back: at once, or by the cards that say so later or never."""
    card = test_method_of(books.get("payment_method", charge["payment_method"]))
    if card.refund == "pending":
        refund["status"] = "pending"
    transaction = new_balance_transaction(
        books.now(), refund, amount=-refund["amount"], kind="refund", category="refund"
    )
    refund["balance_transaction"] = transaction["id"]
    charge["amount_refunded"] += refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    books.insert(transaction)
    books.insert(refund)
    books.update(charge)
    if card.refund != "at_once":
        task = "settle_refund" if card.refund == "pending" else "fail_refund"
        books.schedule(books.now() + SETTLING_SECONDS, task, refund["id"])
    books.emit("refund.created", refund)
    books.emit("charge.refunded", charge)


def settle_pending(books: Books, refund_id: str) -> None:
    refund = books.get("refund", refund_id)
    refund["status"] = "succeeded"
    books.update(refund)
    books.emit("refund.updated", refund, {"status": "pending"})


def fail_refund(books: Books, refund_id: str) -> None:
    """The bank sends the money back to the shop; the charge can be refunded again."""
    refund = books.get("refund", refund_id)
    charge = books.get("charge", refund["charge"])
    transaction = new_balance_transaction(
        books.now(), refund, amount=refund["amount"], kind="refund_failure", category="refund_failure"
    )
    refund["status"] = "failed"
    refund["failure_reason"] = "expired_or_canceled_card"
    refund["failure_balance_transaction"] = transaction["id"]
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    books.insert(transaction)
    books.update(refund)
    books.update(charge)
    books.emit("refund.updated", refund, {"status": "succeeded"})
    books.emit("refund.failed", refund)
    books.emit("charge.refund.updated", refund)


def retrieve(call: Call) -> StripeObject:
    call.params.done()
    return call.books.get("refund", call.ids["id"])


def update(call: Call) -> StripeObject:
    refund = call.books.get("refund", call.ids["id"])
    refund["metadata"] = call.params.metadata(refund["metadata"])
    call.params.done()
    call.books.update(refund)
    call.books.emit("refund.updated", refund)
    return refund


def list_all(call: Call) -> StripeObject:
    return list_objects(call, "refund", "/v1/refunds", "charge", "payment_intent")


OPERATIONS = (
    Operation("POST", "/v1/refunds", create),
    Operation("GET", "/v1/refunds", list_all),
    Operation("GET", "/v1/refunds/{id}", retrieve),
    Operation("POST", "/v1/refunds/{id}", update),
)
