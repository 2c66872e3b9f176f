"""Setup intents: a method made ready for later, without a charge."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.authentication import (
    ask_for_authentication,
    authentication_failure,
    check_return_url,
)
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.intent_fields import read_method_types
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.calls.payment_methods import attach_to, read_method
from ecommerce.adapters.sandbox.stripe.objects.payment_methods import test_method_of
from ecommerce.adapters.sandbox.stripe.objects.setup_intents import PUBLIC_FIELDS, new_setup_intent
from ecommerce.adapters.sandbox.stripe.rules.payment_means import decline_message, error_code
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELLATION_REASONS = ("abandoned", "duplicate", "requested_by_customer")


def read_fields(call: Call, setup: StripeObject) -> None:
    params = call.params
    if params.has("customer"):
        customer = params.text("customer")
        setup["customer"] = customer and call.books.get("customer", customer, "customer")["id"]
    if params.has("description"):
        setup["description"] = params.text("description", limit=1000)
    setup["metadata"] = params.metadata(setup["metadata"])
    read_method_types(params, setup)
    params.accept("payment_method_options")
    method = read_method(call.books, params)
    if method is not None:
        setup["payment_method"] = method["id"]
        setup["status"] = "requires_confirmation"


def create(call: Call) -> StripeObject:
    setup = new_setup_intent(call.books.now())
    setup["usage"] = call.params.choice("usage", ("off_session", "on_session")) or "off_session"
    read_fields(call, setup)
    at_once = call.params.flag("confirm") or False
    return_url = check_return_url(call.params.text("return_url"))
    call.params.accept("mandate_data", "use_stripe_sdk")
    call.params.done()
    call.books.insert(setup)
    call.books.emit("setup_intent.created", setup)
    if at_once:
        set_up(call.books, setup, return_url)
    return setup


def retrieve(call: Call) -> StripeObject:
    setup = call.owned("setup_intent")
    call.params.done()
    return setup if call.has_secret_key else {field: setup[field] for field in PUBLIC_FIELDS}


def update(call: Call) -> StripeObject:
    setup = call.books.get("setup_intent", call.ids["id"])
    refuse_unless(setup, CONFIRMABLE, "changed")
    read_fields(call, setup)
    call.params.done()
    call.books.update(setup)
    return setup


def confirm(call: Call) -> StripeObject:
    setup = call.owned("setup_intent")
    refuse_unless(setup, CONFIRMABLE, "confirmed")
    return_url = check_return_url(call.params.text("return_url"))
    call.params.accept("mandate_data", "use_stripe_sdk", "payment_method_options")
    method = read_method(call.books, call.params)
    call.params.done()
    if method is not None:
        setup["payment_method"] = method["id"]
    set_up(call.books, setup, return_url)
    return setup if call.has_secret_key else {field: setup[field] for field in PUBLIC_FIELDS}


def set_up(books: Books, setup: StripeObject, return_url: str | None, *, authenticated: bool = False) -> None:
    """Check the card with its bank. Raises `StripeError`, a decline with what it wrote."""
    if setup["payment_method"] is None:
        raise StripeError("A payment method is needed to confirm this SetupIntent.", param="payment_method")
    method = books.get("payment_method", setup["payment_method"], "payment_method")
    card = test_method_of(method)
    if card.authentication != "never" and not authenticated:
        ask_for_authentication(books, setup, return_url)
        books.update(setup)
        books.emit("setup_intent.requires_action", setup)
        return
    if card.decline_code is not None and not card.attachable:
        raise decline(books, setup, method, card.decline_code)
    setup["status"] = "succeeded"
    setup["next_action"] = None
    setup["last_setup_error"] = None
    if setup["customer"] is not None:
        attach_to(books, method, setup["customer"])
    books.update(setup)
    books.emit("setup_intent.succeeded", setup)


def decline(books: Books, setup: StripeObject, method: StripeObject, decline_code: str) -> StripeError:
    error = StripeError(
        decline_message(decline_code),
        status=402,
        kind="card_error",
        code=error_code(decline_code),
        keeps_work=True,
        details={"decline_code": decline_code, "payment_method": method},
    )
    fail(books, setup, error)
    error.details = error.details | {"setup_intent": setup}
    return error


def fail(books: Books, setup: StripeObject, error: StripeError) -> None:
    setup["status"] = "requires_payment_method"
    setup["payment_method"] = None
    setup["next_action"] = None
    setup["last_setup_error"] = error.body()["error"]
    books.update(setup)
    books.emit("setup_intent.setup_failed", setup)


def answer_challenge(books: Books, setup: StripeObject, *, agreed: bool) -> None:
    if agreed:
        set_up(books, setup, None, authenticated=True)
        return
    method = books.get("payment_method", setup["payment_method"], "payment_method")
    fail(books, setup, authentication_failure("setup_intent", method))


def cancel(call: Call) -> StripeObject:
    setup = call.books.get("setup_intent", call.ids["id"])
    reason = call.params.choice("cancellation_reason", CANCELLATION_REASONS)
    call.params.done()
    refuse_unless(setup, CONFIRMABLE, "canceled")
    setup["status"] = "canceled"
    setup["cancellation_reason"] = reason
    setup["next_action"] = None
    call.books.update(setup)
    call.books.emit("setup_intent.canceled", setup)
    return setup


def refuse_unless(setup: StripeObject, statuses: tuple[str, ...], wish: str) -> None:
    if setup["status"] not in statuses:
        raise StripeError(
            f"This SetupIntent can't be {wish} because it has a status of {setup['status']}.",
            code="setup_intent_unexpected_state",
            details={"setup_intent": setup},
        )


def list_all(call: Call) -> StripeObject:
    return list_objects(call, "setup_intent", "/v1/setup_intents", "customer", "payment_method")


OPERATIONS = (
    Operation("POST", "/v1/setup_intents", create),
    Operation("GET", "/v1/setup_intents", list_all),
    Operation("GET", "/v1/setup_intents/{id}", retrieve, public=True),
    Operation("POST", "/v1/setup_intents/{id}", update),
    Operation("POST", "/v1/setup_intents/{id}/confirm", confirm, public=True),
    Operation("POST", "/v1/setup_intents/{id}/cancel", cancel),
)
