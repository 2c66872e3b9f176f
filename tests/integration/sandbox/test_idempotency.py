"""Idempotency keys as at Stripe."""

import asyncio
from typing import Any

import httpx
import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, SECRET_KEY, World

pytestmark = MARKS

FORM = {"amount": "1999", "currency": "usd"}


async def post(world: World, key: str, path: str = "/v1/payment_intents", **form: str) -> httpx.Response:
    headers = {
        "Authorization": f"Bearer {SECRET_KEY}",
        "Idempotency-Key": key,
        "Stripe-Version": "2026-01-01",
    }
    return await world.http.post(path, data=FORM | form, headers=headers)


async def test_a_key_used_again_gives_the_first_answer(world: World) -> None:
    first = await post(world, "k")
    again = await post(world, "k")
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] != again.headers["request-id"]
    assert again.headers["stripe-version"] == "2026-01-01"
    assert len((await world.sdk.v1.payment_intents.list_async()).data) == 1


async def test_a_decline_is_given_again_and_charges_once(world: World) -> None:
    intent = (await post(world, "k")).json()["id"]
    form = {"payment_method": "pm_card_chargeDeclined"}
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Idempotency-Key": "confirm"}
    path = f"/v1/payment_intents/{intent}/confirm"
    answers = [await world.http.post(path, data=form, headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {402}
    assert len({answer.content for answer in answers}) == 1
    assert len((await world.sdk.v1.charges.list_async()).data) == 1


async def test_a_key_with_other_parameters_is_refused(world: World) -> None:
    await post(world, "k")
    with pytest.raises(stripe.IdempotencyError) as refusal:
        await world.sdk.v1.payment_intents.create_async(
            {"amount": 5, "currency": "usd"}, {"idempotency_key": "k"}
        )
    assert refusal.value.http_status == 400


async def test_a_call_that_failed_its_parameters_leaves_its_key_free(world: World) -> None:
    refused = await post(world, "k", amount="many")
    taken = await post(world, "k")
    assert (refused.status_code, taken.status_code) == (400, 200)


async def test_while_the_first_call_runs_the_second_is_told(world: World) -> None:
    await world.fault("delay", {"path": "/v1/payment_intents"}, value=0.3, times=1)
    slow = asyncio.create_task(post(world, "k"))
    await asyncio.sleep(0.1)
    early = await post(world, "k")
    error = early.json()["error"]
    assert (early.status_code, error["type"]) == (409, "idempotency_error")
    assert error["code"] == "idempotency_key_in_use"
    first = await slow
    assert (await post(world, "k")).content == first.content


async def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = (await post(world, "k")).json()
    await world.control("clock", {"advance_seconds": 24 * 3600 + 1})
    assert (await post(world, "k", amount="5000")).json()["id"] != first["id"]


async def test_the_sdk_survives_a_lost_reply_with_one_charge(world: World) -> None:
    intent = await world.intent()
    await world.fault("drop_reply", {"path": "/v1/payment_intents", "method": "post"}, times=1)
    options: Any = {"idempotency_key": "pay", "max_network_retries": 2}
    paid = await world.sdk.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}, options
    )
    assert paid.status == "succeeded"
    assert len(await world.read("/_control/stripe/ledger")) == 1
