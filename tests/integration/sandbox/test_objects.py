"""Every object has Stripe's own fields, by Stripe's examples and by the SDK's annotated classes."""

import json
from pathlib import Path
from types import NoneType
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, World

pytestmark = MARKS

FIXTURES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "stripe" / "fixtures3.json").read_text(encoding="utf-8")
)["resources"]
CLASSES: dict[str, Any] = {
    "account": stripe.Account,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
# What a fixture shows of one kind of thing only, or is free in its keys.
FREE = frozenset({"metadata", "wallet", "object", "payment_method_options", "controller", "capabilities"})
# The examples are all of cards.
CARD_HASHES = frozenset({"card", "destination_details.card", "payment_method_details.card"})


def is_other(path: str, thing: Any) -> bool:
    """Whether the example's hash is a card's and the thing isn't one."""
    owner = thing if path == "card" else thing[path.partition(".")[0]]
    return path in CARD_HASHES and owner["type"] != "card"


def missing(ours: Any, example: Any, where: str = "") -> list[str]:
    """Paths of the example's keys that ours lacks, in every hash that both have."""
    if not isinstance(ours, dict) or not isinstance(example, dict):
        return []
    found: list[str] = []
    for key, value in example.items():
        path = f"{where}.{key}" if where else key
        if key not in ours:
            found.append(path)
        elif key not in FREE:
            found += missing(ours[key], value, path)
    return found


def mistyped(value: Any, annotation: Any, where: str) -> list[str]:  # noqa: PLR0911 (a case a line)
    """Paths of values that the SDK's annotation doesn't allow."""
    origin, options = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return []
    if origin is Union:
        complaints = [mistyped(value, option, where) for option in options]
        return [] if any(not complaint for complaint in complaints) else min(complaints, key=len)
    if origin is Literal:
        return [] if value in options else [f"{where}: {value!r}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{where}: {value!r}"]
        return [
            fault
            for number, item in enumerate(value)
            for fault in mistyped(item, options[0], f"{where}.{number}")
        ]
    if isinstance(annotation, ForwardRef) or origin is not None:
        return [] if isinstance(value, dict) else [f"{where}: {value!r}"]
    if annotation is NoneType:
        return [] if value is None else [f"{where}: {value!r}"]
    if isinstance(annotation, type) and issubclass(annotation, stripe.StripeObject):
        return misshapen(value, annotation, where)
    right = type(value) is annotation or (annotation is float and type(value) is int)
    return [] if right else [f"{where}: {value!r}"]


def misshapen(value: Any, kind: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r}"]
    known: dict[str, Any] = getattr(kind, "__annotations__", {})
    if not known:
        return []
    faults = [f"{where}.{key} is not Stripe's" for key in value if key not in known]
    for key in value.keys() & known.keys():
        faults += mistyped(value[key], known[key], f"{where}.{key}")
    faults += [
        f"{where}.{key} is missing"
        for key, annotation in known.items()
        if key not in value
        and key != "OBJECT_NAME"
        and NoneType not in get_args(annotation)
        and key != "deleted"
    ]
    return faults


async def fill(world: World) -> None:
    """Make objects of each kind in as many states as are easily reached."""
    await world.paid(shipping={"name": "Ann", "address": {"line1": "1 Road"}}, metadata={"a": "b"})
    await world.paid(method="pm_card_createDispute")
    for account in ("pm_usBankAccount_success", "pm_usBankAccount_noAccount"):
        await world.paid(method=account)
    await world.paid(method="pm_card_threeDSecure2Required")
    await world.paid(payment_method_options={"card": {"request_three_d_secure": "any"}})
    held = await world.paid(capture_method="manual", statement_descriptor_suffix="MUGS")
    await world.sdk.v1.payment_intents.cancel_async(held.id)
    for method in ("pm_card_visa", "pm_card_refundFail"):
        refunded = await world.paid(method=method)
        await world.sdk.v1.refunds.create_async({"payment_intent": refunded.id, "amount": 5})
    await world.control("clock", {"advance_seconds": 10})
    with pytest.raises(stripe.CardError):
        await world.paid(method="pm_card_chargeDeclinedLostCard")
    customer = await world.sdk.v1.customers.create_async(
        {"email": "a@example.com", "address": {"line1": "1 Road"}}
    )
    setups = world.sdk.v1.setup_intents
    await setups.create_async({"customer": customer.id, "payment_method": "pm_card_amex", "confirm": True})
    await setups.create_async({"payment_method": "pm_card_authenticationRequired", "confirm": True})


async def samples(world: World, kind: str) -> list[Any]:
    headers = {"Authorization": f"Bearer {world.settings.stripe_secret_key}"}
    if kind in ("account", "balance"):
        return [(await world.http.get(f"/v1/{kind}", headers=headers)).json()]
    if kind == "webhook_endpoint":
        made = {"url": "http://127.0.0.1:9/none", "enabled_events": ["nothing"]}
        return [await world.control("stripe/webhook_endpoints", made)]
    response = await world.http.get(f"/v1/{kind}s", params={"limit": "100"}, headers=headers)
    listed: list[Any] = response.json()["data"]
    return listed


async def test_objects_have_stripes_fields(world: World) -> None:
    await fill(world)
    faults: dict[str, list[str]] = {}
    for kind, annotated in CLASSES.items():
        shown = await samples(world, kind)
        assert shown, kind
        for thing in shown:
            lacking = [path for path in missing(thing, FIXTURES[kind]) if not is_other(path, thing)]
            found = [f"{kind}.{path} is missing" for path in lacking] + misshapen(thing, annotated, kind)
            if found:
                faults[thing.get("id", kind)] = found
    assert faults == {}


async def test_a_deleted_customer_is_three_fields(world: World) -> None:
    customer = await world.sdk.v1.customers.create_async({})
    deleted = await world.sdk.v1.customers.delete_async(customer.id)
    assert deleted.to_dict().keys() == FIXTURES["deleted_customer"].keys()
    again: Any = await world.sdk.v1.customers.retrieve_async(customer.id)
    assert again.deleted
    assert (await world.sdk.v1.customers.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError):
        await world.sdk.v1.customers.update_async(customer.id, {"name": "Ann"})


async def test_event_types_are_stripes_own(world: World) -> None:
    await fill(world)
    known = get_args(stripe.Event.__annotations__["type"])
    response = await world.http.get(
        "/v1/events",
        params={"limit": "100"},
        headers={"Authorization": f"Bearer {world.settings.stripe_secret_key}"},
    )
    kinds = {event["type"] for event in response.json()["data"]}
    assert len(kinds) > 12
    assert kinds <= set(known)
