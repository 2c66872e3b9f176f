"""What can be read of charges, balance transactions, events, the balance and the account."""

from fnmatch import fnmatchcase
from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.objects.accounts import ACCOUNT_ID, the_account, the_balance
from ecommerce.adapters.sandbox.stripe.objects.shapes import read_shipping
from ecommerce.adapters.sandbox.stripe.wire.errors import invalid_parameter, no_such

EVENT_TYPES_LIMIT = 20


def retrieve_charge(call: Call) -> StripeObject:
    call.params.done()
    return call.books.get("charge", call.ids["id"])


def update_charge(call: Call) -> StripeObject:
    params, charge = call.params, call.books.get("charge", call.ids["id"])
    previous: dict[str, Any] = {}
    for field in ("description", "receipt_email", "transfer_group"):
        if params.has(field):
            previous[field], charge[field] = charge[field], params.text(field)
    if params.has("shipping"):
        previous["shipping"], charge["shipping"] = charge["shipping"], read_shipping(params)
    metadata = params.metadata(charge["metadata"])
    if metadata != charge["metadata"]:
        previous["metadata"], charge["metadata"] = charge["metadata"], metadata
    params.accept("fraud_details")
    params.done()
    call.books.update(charge)
    call.books.emit("charge.updated", charge, previous)
    return charge


def list_charges(call: Call) -> StripeObject:
    return list_objects(call, "charge", "/v1/charges", "customer", "payment_intent")


def with_status(transaction: StripeObject, now: int) -> StripeObject:
    """Money becomes available by time alone, so that is told when it is asked for."""
    if transaction["available_on"] <= now:
        transaction["status"] = "available"
    return transaction


def retrieve_balance_transaction(call: Call) -> StripeObject:
    call.params.done()
    return with_status(call.books.get("balance_transaction", call.ids["id"]), call.books.now())


def list_balance_transactions(call: Call) -> StripeObject:
    call.params.accept("payout")
    url = "/v1/balance_transactions"
    page = list_objects(call, "balance_transaction", url, "source", "type", "currency")
    for transaction in page["data"]:
        with_status(transaction, call.books.now())
    return page


def retrieve_event(call: Call) -> StripeObject:
    call.params.done()
    return call.books.get("event", call.ids["id"])


def list_events(call: Call) -> StripeObject:
    kind, kinds = call.params.text("type"), call.params.texts("types")
    if kind is not None and kinds:
        raise invalid_parameter("Give type or types, not both.", "types")
    if len(kinds) > EVENT_TYPES_LIMIT:
        raise invalid_parameter(f"At most {EVENT_TYPES_LIMIT} types.", "types")
    wanted = [kind] if kind is not None else kinds
    call.params.accept("delivery_success")
    where: dict[str, tuple[str, ...]] = {}
    if wanted:
        known = call.books.objects.values("event", "type")
        matching = [name for name in known if any(fnmatchcase(name, pattern) for pattern in wanted)]
        where["type"] = tuple(matching) or ("",)
    return list_objects(call, "event", "/v1/events", where=where)


def retrieve_account(call: Call) -> StripeObject:
    call.params.done()
    if call.ids.get("id", ACCOUNT_ID) != ACCOUNT_ID:
        raise no_such("account", call.ids["id"])
    return the_account()


def retrieve_balance(call: Call) -> StripeObject:
    call.params.done()
    transactions = call.books.objects.each("balance_transaction")
    return the_balance([with_status(transaction, call.books.now()) for transaction in transactions])


OPERATIONS = (
    Operation("GET", "/v1/charges", list_charges),
    Operation("GET", "/v1/charges/{id}", retrieve_charge),
    Operation("POST", "/v1/charges/{id}", update_charge),
    Operation("GET", "/v1/balance_transactions", list_balance_transactions),
    Operation("GET", "/v1/balance_transactions/{id}", retrieve_balance_transaction),
    Operation("GET", "/v1/events", list_events),
    Operation("GET", "/v1/events/{id}", retrieve_event),
    Operation("GET", "/v1/account", retrieve_account),
    Operation("GET", "/v1/accounts/{id}", retrieve_account),
    Operation("GET", "/v1/balance", retrieve_balance),
)
