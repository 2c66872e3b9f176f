"""Injected faults, seen from the caller's side."""

import asyncio
import time
from typing import Any

import httpx
import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, SECRET_KEY, TOKEN, World

pytestmark = MARKS

BEARER = {"Authorization": f"Bearer {SECRET_KEY}"}


async def test_a_delay_holds_the_answer(world: World) -> None:
    await world.fault("delay", {"path": "/v1/account"}, value=0.3, times=1)
    before = time.monotonic()
    await world.sdk.v1.accounts.retrieve_current_async()
    assert time.monotonic() - before >= 0.3
    assert await world.read("/_control/faults") == []


async def test_the_work_is_done_though_the_caller_gave_up(world: World) -> None:
    await world.fault("delay", {"path": "/v1/payment_intents"}, value=0.2, times=1)
    with pytest.raises(httpx.ReadTimeout):
        await world.http.post(
            "/v1/payment_intents", data={"amount": "100", "currency": "usd"}, headers=BEARER, timeout=0.05
        )
    async with asyncio.timeout(3):
        while not (await world.sdk.v1.payment_intents.list_async()).data:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, stripe.APIError),
        (503, stripe.APIError),
        (429, stripe.RateLimitError),
        (401, stripe.AuthenticationError),
    ],
)
async def test_a_status_is_answered_without_the_work(
    world: World, status: int, kind: type[Exception]
) -> None:
    await world.fault("status", {"path": "/v1/payment_intents", "method": "POST"}, value=status)
    with pytest.raises(kind):
        await world.intent()
    assert (await world.sdk.v1.payment_intents.list_async()).data == []
    await world.heal()
    await world.intent()


async def test_a_refused_connection_is_broken_without_the_work(world: World) -> None:
    await world.fault("refuse", {"path": "/v1/payment_intents", "method": "POST"})
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await world.http.post(
            "/v1/payment_intents", data={"amount": "100", "currency": "usd"}, headers=BEARER
        )
    with pytest.raises(stripe.APIConnectionError):
        await world.intent()
    await world.heal()
    assert (await world.sdk.v1.payment_intents.list_async()).data == []


async def test_a_dropped_reply_breaks_the_connection_after_the_work(world: World) -> None:
    await world.fault("drop_reply", {"path": "/v1/payment_intents"}, times=1)
    with pytest.raises(stripe.APIConnectionError):
        await world.intent()
    assert len((await world.sdk.v1.payment_intents.list_async()).data) == 1


async def test_after_an_injected_status_the_same_key_does_the_work(world: World) -> None:
    await world.fault("status", {"path": "/v1/payment_intents"}, value=500, times=1)
    options: Any = {"idempotency_key": "k", "max_network_retries": 1}
    intent = await world.sdk.v1.payment_intents.create_async({"amount": 100, "currency": "usd"}, options)
    assert intent.status == "requires_payment_method"


async def test_faults_add_up_and_only_strike_what_they_match(world: World) -> None:
    await world.fault("delay", {"path": "/v1/account"}, value=0.2)
    await world.fault("status", {"path": "/v1/acc"}, value=503)
    before = time.monotonic()
    with pytest.raises(stripe.APIError):
        await world.sdk.v1.accounts.retrieve_current_async()
    assert time.monotonic() - before >= 0.2
    await world.sdk.v1.balance.retrieve_async()
    assert len(await world.read("/_control/faults")) == 2


SENSELESS: list[dict[str, Any]] = [
    {"do": "explode"},
    {"do": "delay"},
    {"do": "delay", "value": -1},
    {"do": "status", "value": 200},
    {"do": "status", "value": 500, "match": {"event": "charge"}},
    {"do": "withhold", "match": {"path": "/v1"}},
    {"do": "duplicate", "value": 1.5},
    {"do": "refuse", "times": 0},
    {"do": "refuse", "when": "now"},
    {"do": "refuse", "match": {"host": "x"}},
]


async def test_a_fault_that_makes_no_sense_is_refused(world: World) -> None:
    good = {"do": "refuse", "match": {"path": "/v1"}}
    headers = {"X-Sandbox-Token": TOKEN}
    for fault in SENSELESS:
        response = await world.http.post("/_control/faults", json=[good, fault], headers=headers)
        assert response.status_code == 400, fault
    assert await world.read("/_control/faults") == []
