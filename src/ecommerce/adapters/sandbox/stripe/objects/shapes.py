"""Small hashes that several objects share."""

from typing import Any

from ecommerce.adapters.sandbox.stripe.wire.params import Params

ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")


def empty_address() -> dict[str, Any]:
    return dict.fromkeys(ADDRESS_FIELDS)


def empty_billing_details() -> dict[str, Any]:
    return {"address": empty_address(), "email": None, "name": None, "phone": None, "tax_id": None}


def read_address(params: Params, key: str = "address") -> dict[str, Any] | None:
    group = params.group(key)
    if group is None:
        return None
    address: dict[str, Any] = {field: group.text(field) for field in ADDRESS_FIELDS}
    group.done()
    return address


def read_shipping(params: Params) -> dict[str, Any] | None:
    group = params.group("shipping")
    if group is None:
        return None
    shipping = {
        "address": read_address(group) or empty_address(),
        "carrier": group.text("carrier"),
        "name": group.required_text("name"),
        "phone": group.text("phone"),
        "tracking_number": group.text("tracking_number"),
    }
    group.done()
    return shipping


def read_billing_details(params: Params) -> dict[str, Any]:
    group = params.group("billing_details")
    details = empty_billing_details()
    if group is not None:
        details["address"] = read_address(group) or empty_address()
        for field in ("email", "name", "phone", "tax_id"):
            details[field] = group.text(field)
        group.done()
    return details


def list_of(items: list[Any], url: str, *, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}
