"""Payment methods: the test ones, cards by number, and keeping them for a customer."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.objects.payment_methods import (
    EXPIRY_MONTH,
    EXPIRY_YEAR,
    new_payment_method,
    test_method_of,
)
from ecommerce.adapters.sandbox.stripe.objects.shapes import empty_billing_details, read_billing_details
from ecommerce.adapters.sandbox.stripe.rules.payment_means import (
    BY_METHOD,
    BY_NUMBER,
    TestMethod,
    decline_message,
    error_code,
)
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, invalid_parameter, missing_parameter
from ecommerce.adapters.sandbox.stripe.wire.params import Params

TOKEN_PREFIX = "tok_"  # noqa: S105 (Stripe's prefix for card tokens)
METHOD_PREFIX = "pm_card_"


def method_by_id(books: Books, method_id: str, param: str = "payment_method") -> StripeObject:
    """A stored method, or a new one for each use of a test id, as at Stripe."""
    card = BY_METHOD.get(method_id)
    if card is None:
        return books.get("payment_method", method_id, param)
    method = new_payment_method(books.now(), card, empty_billing_details())
    books.insert(method)
    return method


def read_method(books: Books, params: Params) -> StripeObject | None:
    """What a call names by `payment_method` or describes by `payment_method_data`."""
    method_id = params.text("payment_method")
    data = params.group("payment_method_data")
    if method_id is not None and data is not None:
        raise invalid_parameter(
            "Give payment_method or payment_method_data, not both.", "payment_method_data"
        )
    if data is not None:
        return method_from_data(books, data)
    return method_by_id(books, method_id) if method_id is not None else None


def method_from_data(books: Books, data: Params) -> StripeObject:
    kind = data.required_text("type")
    if kind != "card":
        raise invalid_parameter("The sandbox knows payment methods of type card only.", data.name("type"))
    details = data.group("card")
    if details is None:
        raise missing_parameter(data.name("card"))
    card, expiry, cvc_given = read_card(books, details)
    billing_details = read_billing_details(data)
    metadata = data.metadata()
    data.accept("allow_redisplay", "radar_options")
    data.done()
    method = new_payment_method(books.now(), card, billing_details, expiry=expiry, cvc_given=cvc_given)
    method["metadata"] = metadata
    books.insert(method)
    return method


def read_card(books: Books, details: Params) -> tuple[TestMethod, tuple[int, int], bool]:
    token = details.text("token")
    if token is not None:
        details.done()
        card = BY_METHOD.get(METHOD_PREFIX + token.removeprefix(TOKEN_PREFIX))
        if card is None or not token.startswith(TOKEN_PREFIX):
            raise invalid_parameter(f"No such token: {token[:60]}", details.name("token"), "resource_missing")
        return card, (EXPIRY_MONTH, EXPIRY_YEAR), True
    number = details.required_text("number").replace(" ", "").replace("-", "")
    month, year = details.integer("exp_month"), details.integer("exp_year")
    cvc = details.text("cvc", limit=4)
    details.accept("networks")
    details.done()
    card = BY_NUMBER.get(number)
    if card is None or card.kind != "card":
        raise card_refused("incorrect_number", "The card number is not one of the test cards.", "number")
    if month is None or not 1 <= month <= 12:
        raise card_refused("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    if year is not None and 0 <= year < 100:
        year += 2000
    if year is None or not 1970 + books.now() // 31_556_952 <= year <= 2100:
        raise card_refused("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year")
    return card, (month, year), cvc is not None


def card_refused(code: str, message: str, param: str) -> StripeError:
    return StripeError(message, status=402, kind="card_error", code=code, param=param)


def create(call: Call) -> StripeObject:
    return method_from_data(call.books, call.params)


def retrieve(call: Call) -> StripeObject:
    call.params.done()
    return call.books.get("payment_method", call.ids["id"])


def update(call: Call) -> StripeObject:
    method = call.books.get("payment_method", call.ids["id"])
    if call.params.has("billing_details"):
        method["billing_details"] = read_billing_details(call.params)
    method["metadata"] = call.params.metadata(method["metadata"])
    call.params.done()
    call.books.update(method)
    call.books.emit("payment_method.updated", method)
    return method


def attach(call: Call) -> StripeObject:
    customer_id = call.params.required_text("customer")
    call.params.done()
    method = method_by_id(call.books, call.ids["id"], "id")
    call.books.get("customer", customer_id, "customer")
    attach_to(call.books, method, customer_id)
    return method


def attach_to(books: Books, method: StripeObject, customer_id: str) -> None:
    """Keep a method for a customer; repeating it changes nothing. Raises `StripeError`."""
    if method["customer"] == customer_id:
        return
    if method["customer"] is not None:
        raise StripeError(
            "This payment method belongs to another customer.",
            code="payment_method_unexpected_state",
            param="payment_method",
        )
    card = test_method_of(method)
    if not card.attachable and card.decline_code is not None:
        raise StripeError(
            decline_message(card.decline_code),
            status=402,
            kind="card_error",
            code=error_code(card.decline_code),
            details={"decline_code": card.decline_code},
        )
    method["customer"] = customer_id
    books.update(method)
    books.emit("payment_method.attached", method)


def detach(call: Call) -> StripeObject:
    call.params.done()
    method = call.books.get("payment_method", call.ids["id"])
    if method["customer"] is None:
        raise StripeError(
            "This payment method belongs to no customer.", code="payment_method_unexpected_state"
        )
    previous = {"customer": method["customer"]}
    method["customer"] = None
    call.books.update(method)
    call.books.emit("payment_method.detached", method, previous)
    return method


def list_all(call: Call) -> StripeObject:
    return list_objects(call, "payment_method", "/v1/payment_methods", "customer", "type")


def list_of_customer(call: Call) -> StripeObject:
    customer = call.books.get("customer", call.ids["id"])
    url = f"/v1/customers/{customer['id']}/payment_methods"
    return list_objects(call, "payment_method", url, "type", where={"customer": (customer["id"],)})


OPERATIONS = (
    Operation("POST", "/v1/payment_methods", create, public=True),
    Operation("GET", "/v1/payment_methods", list_all),
    Operation("GET", "/v1/payment_methods/{id}", retrieve),
    Operation("POST", "/v1/payment_methods/{id}", update),
    Operation("POST", "/v1/payment_methods/{id}/attach", attach),
    Operation("POST", "/v1/payment_methods/{id}/detach", detach),
    Operation("GET", "/v1/customers/{id}/payment_methods", list_of_customer),
)
