"""Customers."""

from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.calls.payment_methods import attach_to, method_by_id
from ecommerce.adapters.sandbox.stripe.objects.customers import new_customer
from ecommerce.adapters.sandbox.stripe.objects.shapes import read_address, read_shipping
from ecommerce.adapters.sandbox.stripe.wire.errors import no_such

TAX_EXEMPTIONS = ("exempt", "none", "reverse")


def read_fields(call: Call, customer: StripeObject) -> None:
    params = call.params
    for field in ("description", "email", "name", "phone", "business_name", "individual_name"):
        if params.has(field):
            customer[field] = params.text(field, limit=512)
    if params.has("address"):
        customer["address"] = read_address(params)
    if params.has("shipping"):
        customer["shipping"] = read_shipping(params)
    if params.has("preferred_locales"):
        customer["preferred_locales"] = params.texts("preferred_locales")
    customer["tax_exempt"] = params.choice("tax_exempt", TAX_EXEMPTIONS) or customer["tax_exempt"]
    settings = params.group("invoice_settings")
    if settings is not None:
        customer["invoice_settings"]["default_payment_method"] = settings.text("default_payment_method")
        settings.done()
    customer["metadata"] = params.metadata(customer["metadata"])


def create(call: Call) -> StripeObject:
    customer = new_customer(call.books.now())
    read_fields(call, customer)
    method_id = call.params.text("payment_method")
    call.params.done()
    call.books.insert(customer)
    call.books.emit("customer.created", customer)
    if method_id is not None:
        attach_to(call.books, method_by_id(call.books, method_id), customer["id"])
    return customer


def retrieve(call: Call) -> StripeObject:
    call.params.done()
    return call.books.get("customer", call.ids["id"])


def update(call: Call) -> StripeObject:
    customer = living(call)
    before: dict[str, Any] = dict(customer)
    read_fields(call, customer)
    call.params.done()
    call.books.update(customer)
    previous = {field: before[field] for field in before if before[field] != customer[field]}
    call.books.emit("customer.updated", customer, previous)
    return customer


def delete(call: Call) -> StripeObject:
    """A deleted customer can still be retrieved, as three fields."""
    customer = living(call)
    call.params.done()
    call.books.emit("customer.deleted", customer)
    remains: StripeObject = {"id": customer["id"], "object": "customer", "deleted": True}
    call.books.objects.withdraw(remains)
    return remains


def living(call: Call) -> StripeObject:
    customer = call.books.get("customer", call.ids["id"])
    if customer.get("deleted"):
        raise no_such("customer", call.ids["id"])
    return customer


def list_all(call: Call) -> StripeObject:
    return list_objects(call, "customer", "/v1/customers", "email")


OPERATIONS = (
    Operation("POST", "/v1/customers", create),
    Operation("GET", "/v1/customers", list_all),
    Operation("GET", "/v1/customers/{id}", retrieve),
    Operation("POST", "/v1/customers/{id}", update),
    Operation("DELETE", "/v1/customers/{id}", delete),
)
