"""Time that tests may move."""

import time

import pytest

from tests.integration.sandbox.sandbox_world import MARKS, TOKEN, World

pytestmark = MARKS


async def test_an_authorisation_ends_after_seven_days(world: World) -> None:
    held = await world.paid(capture_method="manual")
    await world.control("clock", {"advance_seconds": 7 * 86400 - 60})
    assert (await world.sdk.v1.payment_intents.retrieve_async(held.id)).status == "requires_capture"
    await world.control("clock", {"advance_seconds": 61})
    ended = await world.sdk.v1.payment_intents.retrieve_async(held.id)
    assert (ended.status, ended.cancellation_reason, ended.amount_capturable) == ("canceled", "automatic", 0)
    await world.receiver.until("payment_intent.canceled")
    assert "charge.expired" in world.receiver.kinds


async def test_what_was_captured_in_time_stays(world: World) -> None:
    held = await world.paid(capture_method="manual")
    await world.sdk.v1.payment_intents.capture_async(held.id)
    await world.control("clock", {"advance_seconds": 8 * 86400})
    assert (await world.sdk.v1.payment_intents.retrieve_async(held.id)).status == "succeeded"


async def test_new_objects_bear_the_moved_time(world: World) -> None:
    before = await world.paid()
    clock = await world.control("clock", {"advance_seconds": 3600})
    after = await world.intent()
    assert clock["offset_seconds"] == 3600
    assert after.created - before.created >= 3600
    assert abs(after.created - time.time() - 3600) < 5
    recent = await world.sdk.v1.payment_intents.list_async({"created": {"gte": after.created}})
    assert [intent.id for intent in recent.data] == [after.id]


async def test_money_becomes_available_by_time(world: World) -> None:
    paid = await world.paid(1000)
    transactions = world.sdk.v1.balance_transactions
    waiting = await transactions.list_async({"source": str(paid.latest_charge)})
    assert [(one.status, one.net) for one in waiting.data] == [("pending", 941)]
    await world.control("clock", {"advance_seconds": 3 * 86400})
    assert (await transactions.retrieve_async(waiting.data[0].id)).status == "available"
    balance = await world.sdk.v1.balance.retrieve_async()
    assert [(one.currency, one.amount) for one in balance.available] == [("usd", 941)]


@pytest.mark.parametrize(
    "body", [{"advance_seconds": -1}, {"advance_seconds": 1e12}, {"seconds": 1}, "soon", {}]
)
async def test_time_never_goes_back_nor_too_far(world: World, body: object) -> None:
    response = await world.http.post("/_control/clock", json=body, headers={"X-Sandbox-Token": TOKEN})
    assert response.status_code == 400
    assert (await world.read("/_control/clock"))["offset_seconds"] == 0
