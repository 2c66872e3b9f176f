"""Payment intents: created, shown, changed, listed."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.confirming import (
    cancel,
    capture_intent,
    check_method,
    confirm,
    confirm_intent,
    refuse_state,
)
from ecommerce.adapters.sandbox.stripe.calls.intent_fields import read_common
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.calls.payment_methods import read_method
from ecommerce.adapters.sandbox.stripe.objects.payment_intents import PUBLIC_FIELDS, new_payment_intent
from ecommerce.adapters.sandbox.stripe.rules.currencies import check_amount, read_currency
from ecommerce.adapters.sandbox.stripe.wire.errors import invalid_parameter, missing_parameter

CONFIRM_ONLY = ("return_url", "off_session", "error_on_requires_action", "mandate_data", "use_stripe_sdk")
OPEN_STATUSES = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> StripeObject:
    books, params = call.books, call.params
    amount = params.integer("amount")
    if amount is None:
        raise missing_parameter("amount")
    currency = read_currency(params.required_text("currency"))
    intent = new_payment_intent(books.now(), amount, currency)
    if not params.has("payment_method_types"):
        intent["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
    intent["confirmation_method"] = (
        params.choice("confirmation_method", ("automatic", "manual")) or "automatic"
    )
    read_common(books, params, intent)
    params.accept("radar_options", "amount_details", "payment_details")
    at_once = params.flag("confirm") or False
    check_amount(amount, currency)
    method = read_method(books, params)
    if method is not None:
        check_method(intent, method)
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    if not at_once:
        for name in CONFIRM_ONLY[:-1]:
            if params.has(name):
                raise invalid_parameter(f"{name} may only be given with confirm=true.", name)
        params.accept(CONFIRM_ONLY[-1])
        params.done()
    books.insert(intent)
    books.emit("payment_intent.created", intent)
    return confirm(call, intent) if at_once else intent


def retrieve(call: Call) -> StripeObject:
    intent = call.owned("payment_intent")
    call.params.done()
    return intent if call.has_secret_key else {field: intent[field] for field in PUBLIC_FIELDS}


def update(call: Call) -> StripeObject:
    books, params = call.books, call.params
    intent = books.get("payment_intent", call.ids["id"])
    money = params.has("amount") or params.has("currency") or params.has("payment_method")
    if money and intent["status"] not in OPEN_STATUSES:
        raise refuse_state(intent, "changed in amount, currency or payment method")
    currency = params.text("currency")
    if currency is not None:
        intent["currency"] = read_currency(currency)
    amount = params.integer("amount")
    if amount is not None:
        check_amount(amount, intent["currency"])
        intent["amount"] = amount
    read_common(books, params, intent)
    method = read_method(books, params)
    params.done()
    if method is not None:
        check_method(intent, method)
        intent["payment_method"] = method["id"]
    if (method is not None or amount is not None or currency is not None) and intent["payment_method"]:
        # What the customer agreed to has changed: the challenge starts anew.
        intent["status"] = "requires_confirmation"
        intent["next_action"] = None
    books.update(intent)
    return intent


def list_all(call: Call) -> StripeObject:
    return list_objects(call, "payment_intent", "/v1/payment_intents", "customer")


OPERATIONS = (
    Operation("POST", "/v1/payment_intents", create),
    Operation("GET", "/v1/payment_intents", list_all),
    Operation("GET", "/v1/payment_intents/{id}", retrieve, public=True),
    Operation("POST", "/v1/payment_intents/{id}", update),
    Operation("POST", "/v1/payment_intents/{id}/confirm", confirm_intent, public=True),
    Operation("POST", "/v1/payment_intents/{id}/capture", capture_intent),
    Operation("POST", "/v1/payment_intents/{id}/cancel", cancel),
)
