"""The doors of payments over HTTP: who may do what, and what it looks like."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import stripe

from tests.factories.orders import Line
from tests.factories.till import SECRET, Till, event_of, intent_json, open_door, open_till

pytestmark = pytest.mark.anyio
FRESH = {"Authorization": "Bearer fresh"}


@pytest.fixture
async def door(till: Till) -> AsyncIterator[httpx.AsyncClient]:
    async with open_door(till) as client:
        yield client


def signed(body: str, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    sign: Any = stripe.WebhookSignature.generate_signature_header
    return {"Stripe-Signature": sign(body, secret, at), "Content-Type": "text/plain"}


async def test_a_guest_pays_by_the_orders_token(till: Till, door: httpx.AsyncClient) -> None:
    order = await till.order()
    token = {"X-Order-Token": order.token}
    reply = await door.post("/api/v1/payments/intents", json={"order_number": order.number}, headers=token)
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    assert answer == {
        "payment_id": str(order.payment_id),
        "client_secret": f"{await till.ref(order)}_secret",
        "publishable_key": "pk_test_kit",
        "amount": {"amount": order.total, "currency": "USD"},
        "status": "requires_payment_method",
    }
    till.gateway.decline(await till.ref(order), "insufficient_funds")
    path = f"/api/v1/payments/{order.payment_id}"
    synced = (await door.post(f"{path}/sync", headers=token)).json()
    assert synced["failure"] == {"code": "insufficient_funds", "message": "Your card was declined."}
    till.gateway.pay(await till.ref(order))
    assert (await door.post(f"{path}/sync?order_token={order.token}")).json()["status"] == "captured"
    shown = (await door.get(path, headers=token)).json()
    assert set(shown) == {"id", "order_number", "provider", "amount", "status", "trail", "failure"}
    assert shown["trail"][-1]["status"] == "captured"
    assert shown["trail"][-1]["at"].endswith("Z")


async def test_strangers_find_nothing(till: Till, door: httpx.AsyncClient) -> None:
    order, _ = await till.started()
    for headers in ({}, {"X-Order-Token": "wrong"}):
        assert (await door.get(f"/api/v1/payments/{order.payment_id}", headers=headers)).status_code == 404
        reply = await door.post(f"/api/v1/payments/{order.payment_id}/sync", headers=headers)
        assert reply.status_code == 404
        body = {"order_number": order.number}
        reply = await door.post("/api/v1/payments/intents", json=body, headers=headers)
        assert reply.status_code == 404
    assert (await door.get(f"/api/v1/payments/{uuid4()}", headers=FRESH)).status_code == 404
    assert (await door.get(f"/api/v1/payments/{order.payment_id}", headers=FRESH)).status_code == 200


async def test_webhooks_of_any_media_type_are_taken_once(till: Till, door: httpx.AsyncClient) -> None:
    order, ref = await till.started()
    body = json.dumps(event_of(intent_json(till.gateway.pay(ref)), "payment_intent.succeeded"))
    for _ in range(2):
        reply = await door.post("/api/v1/payments/stripe/webhook", content=body, headers=signed(body))
        assert (reply.status_code, reply.json()) == (200, {"received": True})
    assert await till.value("SELECT count(*) FROM webhook_inbox") == 1
    await till.drain()
    assert await till.statuses(order) == ("confirmed", "paid", "captured")


@pytest.mark.parametrize(
    ("body", "secret", "age"),
    [
        ('{"id": "evt_1", "type": "x"}', "whsec_forged", 0),
        ('{"id": "evt_1", "type": "x"}', SECRET, 301),
        ('{"type": "x"}', SECRET, 0),
        ("[]", SECRET, 0),
        ("not json", SECRET, 0),
        ('{"id": "evt_1", "type": "\\u0000"}', SECRET, 0),
        ('{"id": "evt_1", "type": "\\ud800"}', SECRET, 0),
        ("[" * 100_000, SECRET, 0),
    ],
)
async def test_what_stripe_did_not_send_is_refused(
    till: Till, door: httpx.AsyncClient, body: str, secret: str, age: int
) -> None:
    headers = signed(body, secret, int(time.time()) - age)
    reply = await door.post("/api/v1/payments/stripe/webhook", content=body, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid-signature")
    assert await till.value("SELECT count(*) FROM webhook_inbox") == 0


async def test_without_a_secret_there_is_no_webhook(database_url: str) -> None:
    async with open_till(database_url, STRIPE_WEBHOOK_SECRETS=",") as till, open_door(till) as door:
        reply = await door.post("/api/v1/payments/stripe/webhook", content="{}", headers=signed("{}"))
        assert reply.status_code == 404


async def test_staff_refund_by_amount_and_by_item(till: Till, door: httpx.AsyncClient) -> None:
    line = Line("TEA-1", 3, 333, tax=1)
    order, _ = await till.paid(line)
    path = f"/api/v1/admin/orders/{order.number}/refunds"
    by_item = {"items": [{"item_id": str(line.id), "quantity": 1}], "reason": "damaged", "restock": True}
    reply = await door.post(path, json=by_item, headers=FRESH)
    assert reply.status_code == 201, reply.text
    answer = reply.json()
    assert set(answer) == {"id", "amount", "reason", "status", "created_at"}
    assert answer["amount"] == {"amount": 334, "currency": "USD"}
    assert (answer["reason"], answer["status"]) == ("damaged", "succeeded")
    too_much = {"amount": {"amount": order.total, "currency": "USD"}, "reason": "other", "restock": False}
    reply = await door.post(path, json=too_much, headers=FRESH)
    assert (reply.status_code, reply.json()["code"]) == (409, "refund-exceeds-captured")
    assert reply.json()["available"] == order.total - 334


async def test_a_refund_with_the_same_key_is_one_refund(till: Till, door: httpx.AsyncClient) -> None:
    order, _ = await till.paid()
    path = f"/api/v1/admin/orders/{order.number}/refunds"
    body = {"amount": {"amount": 500, "currency": "USD"}, "reason": "other", "restock": False}
    headers = {**FRESH, "Idempotency-Key": "refund-1"}
    first = await door.post(path, json=body, headers=headers)
    again = await door.post(path, json=body, headers=headers)
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await door.post(path, json={**body, "reason": "damaged"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(till.gateway.refunds) == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "unauthenticated"),
        ({"Authorization": "Bearer weak"}, 403, "forbidden"),
        ({"Authorization": "Bearer stale"}, 403, "step-up-required"),
    ],
)
async def test_permission_comes_before_validation(
    till: Till, door: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    order, _ = await till.paid()
    path = f"/api/v1/admin/orders/{order.number}/refunds"
    reply = await door.post(path, json={"nonsense": 1}, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "other"},
        {"reason": "because", "amount": {"amount": 1, "currency": "USD"}},
        {"reason": "other", "amount": {"amount": 0, "currency": "USD"}},
        {"reason": "other", "amount": {"amount": 1, "currency": "EUR"}},
        {"reason": "other", "items": []},
        {"reason": "other", "amount": {"amount": 1, "currency": "USD"}, "surprise": True},
        {"reason": "other", "amount": {"amount": 1, "currency": "USD"}, "note": "4242 4242 4242 4242"},
    ],
)
async def test_bad_refunds_are_422(till: Till, door: httpx.AsyncClient, body: dict[str, Any]) -> None:
    order, _ = await till.paid()
    path = f"/api/v1/admin/orders/{order.number}/refunds"
    assert (await door.post(path, json=body, headers=FRESH)).status_code == 422
    assert till.gateway.refunds == {}


async def test_a_refusal_of_the_provider_is_told(till: Till, door: httpx.AsyncClient) -> None:
    order, _ = await till.paid()
    till.gateway.faults.refuse_refunds = "charge_disputed"
    body = {"amount": {"amount": 1, "currency": "USD"}, "reason": "other"}
    reply = await door.post(f"/api/v1/admin/orders/{order.number}/refunds", json=body, headers=FRESH)
    assert (reply.status_code, reply.json()["code"], reply.json()["reason"]) == (
        409,
        "refund-refused",
        "charge_disputed",
    )


async def test_staff_mark_what_was_paid_outside(till: Till, door: httpx.AsyncClient) -> None:
    manual, card = await till.order(method="manual", status="confirmed"), await till.order()
    path = "/api/v1/admin/orders/{}/capture"
    for _ in range(2):
        reply = await door.post(path.format(manual.number), headers=FRESH)
        assert (reply.status_code, reply.json()["status"]) == (200, "captured")
    assert await till.statuses(manual) == ("confirmed", "paid", "captured")
    reply = await door.post(path.format(card.number), headers=FRESH)
    assert (reply.status_code, reply.json()["code"]) == (409, "illegal-transition")
    assert (await door.post(path.format("ORD-NONE"), headers=FRESH)).status_code == 404
    weak = {"Authorization": "Bearer weak"}
    assert (await door.post(path.format(manual.number), headers=weak)).status_code == 403
