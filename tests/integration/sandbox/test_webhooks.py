"""Events: signed, retried, held back, put out of order, never lost."""

import hmac
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import stripe

from ecommerce.adapters.sandbox.faults import Faults
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.state.objects import Objects
from ecommerce.adapters.sandbox.stripe.objects.events import API_VERSION
from ecommerce.adapters.sandbox.webhooks.courier import sign
from ecommerce.adapters.sandbox.webhooks.endpoints import Endpoints
from ecommerce.adapters.sandbox.webhooks.outbox import Outbox
from tests.integration.sandbox.sandbox_world import MARKS, WEBHOOK_SECRET, World, receiving

pytestmark = MARKS


async def test_an_event_tells_what_caused_it(world: World) -> None:
    intent: Any = await world.sdk.v1.payment_intents.create_async(
        {"amount": 500, "currency": "eur"}, {"idempotency_key": "k1"}
    )
    await world.receiver.until("payment_intent.created")
    event: Any = world.receiver.events[0]
    assert (event.api_version, event.livemode) == (stripe.api_version, False)
    assert event.data.object.id == intent.id
    assert event.request.idempotency_key == "k1"
    assert event.request.id.startswith("req_")
    assert "account" not in event.to_dict()
    assert (await world.sdk.v1.events.retrieve_async(event.id)).id == event.id


def test_the_version_is_that_of_the_sdk() -> None:
    assert stripe.api_version == API_VERSION


def test_a_signature_has_the_real_time() -> None:
    stamp, digest = sign(b"{}", WEBHOOK_SECRET).split(",")
    assert abs(int(stamp.removeprefix("t=")) - time.time()) < 5
    expected = hmac.new(WEBHOOK_SECRET.encode(), f"{stamp[2:]}.{{}}".encode(), sha256).hexdigest()
    assert digest == f"v1={expected}"


async def test_signatures_hold_after_the_clock_was_moved(world: World) -> None:
    await world.control("clock", {"advance_seconds": 30 * 86400})
    await world.intent()
    # The SDK checks the tolerance of 300 seconds.
    await world.receiver.until("payment_intent.created")
    assert world.receiver.events[0].created > time.time() + 29 * 86400


async def test_a_refused_event_is_tried_again(world: World) -> None:
    world.receiver.statuses = [500]
    await world.intent()
    await world.receiver.until("payment_intent.created")
    assert world.receiver.refused == 1


def test_a_receiver_that_is_back_hears_the_rest_at_once(tmp_path: Path) -> None:
    database = Database(tmp_path)
    endpoints = Endpoints(Objects(database), "http://127.0.0.1:9/hook", WEBHOOK_SECRET)
    outbox = Outbox(database, endpoints, Faults(database))
    for number in range(4):
        outbox.file(f"evt_{number}", "charge.succeeded", outbox.audience("charge.succeeded"))
    for _ in range(5):
        for delivery, outcome in zip(
            outbox.due(9), ("ConnectionRefusedError", "503", "500", "503"), strict=True
        ):
            outbox.failed(delivery, outcome)
        outbox.hurry()
    first, *others = outbox.due(9)
    for delivery, outcome in zip(others, ("503", "500", "ConnectionRefusedError"), strict=True):
        outbox.failed(delivery, outcome)
    assert [delivery.event_id for delivery in outbox.due(9)] == ["evt_0"]
    outbox.delivered(first, "200")
    # What the receiver refused for its own reasons keeps to its own time.
    assert {delivery.event_id for delivery in outbox.due(9)} == {"evt_1", "evt_3"}
    database.close()


async def test_a_withheld_event_is_sent_after_healing(world: World) -> None:
    await world.fault("withhold", {"event": "payment_intent.succeeded"})
    await world.paid()
    await world.receiver.until("charge.succeeded")
    await world.quiet()
    assert "payment_intent.succeeded" not in world.receiver.kinds
    assert (await world.read("/_control/state"))["deliveries"]["withheld"] == 1
    await world.heal()
    await world.receiver.until("payment_intent.succeeded")


async def test_an_event_is_sent_more_than_once(world: World) -> None:
    await world.fault("duplicate", {"event": "payment_intent.created"}, value=3, times=1)
    await world.intent()
    await world.receiver.until("payment_intent.created", 4)
    await world.quiet()
    assert len({event.id for event in world.receiver.events}) == 1
    await world.intent()
    await world.receiver.until("payment_intent.created", 5)


async def test_an_event_falls_behind_the_next(world: World) -> None:
    await world.fault("reorder", {"event": "payment_intent.created"}, times=1)
    await world.paid()
    await world.receiver.until("payment_intent.created")
    assert world.receiver.kinds[0] != "payment_intent.created"


async def test_an_event_comes_late(world: World) -> None:
    await world.fault("delay", {"event": "payment_intent.created"}, value=0.4)
    before = time.monotonic()
    await world.intent()
    await world.receiver.until("payment_intent.created")
    assert time.monotonic() - before >= 0.4


async def test_events_are_listed_by_kind_and_sent_again(world: World) -> None:
    await world.paid()
    await world.receiver.until("payment_intent.succeeded")
    listed = await world.sdk.v1.events.list_async({"types": ["payment_intent.*"], "limit": 10})
    one = await world.sdk.v1.events.list_async({"type": "charge.succeeded"})
    none = await world.sdk.v1.events.list_async({"type": "nothing.happened"})
    assert [event.type for event in listed.data] == ["payment_intent.succeeded", "payment_intent.created"]
    assert ([event.type for event in one.data], none.data) == (["charge.succeeded"], [])

    await world.control(f"stripe/events/{listed.data[0].id}/resend")
    await world.receiver.until("payment_intent.succeeded", 2)


async def test_further_endpoints_hear_what_they_asked_for(world: World) -> None:
    async with receiving() as (other, url):
        endpoint = await world.control(
            "stripe/webhook_endpoints",
            {"url": url, "enabled_events": ["charge.*"], "secret": WEBHOOK_SECRET},
        )
        await world.paid()
        await other.until("charge.succeeded")
        await world.receiver.until("payment_intent.succeeded")
        assert other.kinds == ["charge.succeeded"]
        assert len(await world.read("/_control/stripe/webhook_endpoints")) == 2
        gone = await world.http.delete(
            f"/_control/stripe/webhook_endpoints/{endpoint['id']}",
            headers={"X-Sandbox-Token": "sandbox-token"},
        )
        assert gone.json()["deleted"]
        await world.paid()
        await world.receiver.until("payment_intent.succeeded", 2)
        assert other.kinds == ["charge.succeeded"]


@pytest.mark.parametrize("body", [{"url": "ftp://x"}, {"url": "http://x", "enabled_events": []}, [], {}])
async def test_an_endpoint_that_makes_no_sense_is_refused(world: World, body: Any) -> None:
    response = await world.http.post(
        "/_control/stripe/webhook_endpoints", json=body, headers={"X-Sandbox-Token": "sandbox-token"}
    )
    assert response.status_code == 400
