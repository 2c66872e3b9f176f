"""Refunds, up to what was captured and not a unit more."""

import asyncio
from typing import Any

import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, World

pytestmark = MARKS


async def test_parts_are_refunded_until_nothing_is_left(world: World) -> None:
    paid = await world.paid(1000)
    refunds = world.sdk.v1.refunds
    first: Any = await refunds.create_async(
        {
            "payment_intent": paid.id,
            "amount": 300,
            "reason": "requested_by_customer",
            "metadata": {"refund_id": "r1"},
            "expand": ["charge", "balance_transaction"],
        }
    )
    assert (first.status, first.reason, first.metadata.refund_id) == (
        "succeeded",
        "requested_by_customer",
        "r1",
    )
    assert (first.charge.amount_refunded, first.charge.refunded) == (300, False)
    assert (first.balance_transaction.amount, first.balance_transaction.type) == (-300, "refund")

    with pytest.raises(stripe.InvalidRequestError) as too_much:
        await refunds.create_async({"payment_intent": paid.id, "amount": 701})
    assert (too_much.value.http_status, too_much.value.param) == (400, "amount")

    rest = await refunds.create_async({"charge": str(paid.latest_charge)})
    assert rest.amount == 700
    with pytest.raises(stripe.InvalidRequestError) as nothing_left:
        await refunds.create_async({"payment_intent": paid.id, "amount": 1})
    assert nothing_left.value.code == "charge_already_refunded"

    charge = await world.sdk.v1.charges.retrieve_async(str(paid.latest_charge), {"expand": ["refunds"]})
    assert charge.refunded
    assert charge.refunds is not None
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    listed = await refunds.list_async({"payment_intent": paid.id})
    assert [refund.amount for refund in listed.data] == [700, 300]
    ledger = await world.read("/_control/stripe/ledger")
    assert [(row["kind"], row["amount"]) for row in ledger] == [
        ("charge", 1000),
        ("refund", 300),
        ("refund", 700),
    ]
    await world.receiver.until("charge.refunded", 2)
    assert world.receiver.kinds.count("refund.created") == 2


async def test_of_fifty_refunds_of_the_last_unit_one_wins(world: World) -> None:
    paid = await world.paid(1000)
    await world.sdk.v1.refunds.create_async({"payment_intent": paid.id, "amount": 999})

    async def refund() -> bool:
        try:
            await world.sdk.v1.refunds.create_async({"payment_intent": paid.id, "amount": 1})
        except stripe.InvalidRequestError:
            return False
        return True

    assert sum(await asyncio.gather(*(refund() for _ in range(50)))) == 1
    charge = await world.sdk.v1.charges.retrieve_async(str(paid.latest_charge))
    assert charge.amount_refunded == 1000


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"reason": "because"}, "reason"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": "ten"}, "amount"),
        ({"payment_intent": "pi_none"}, "payment_intent"),
        ({"colour": "red"}, "colour"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]"),
    ],
)
async def test_a_refund_that_makes_no_sense_is_refused(world: World, params: Any, param: str) -> None:
    paid = await world.paid()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.sdk.v1.refunds.create_async({"payment_intent": paid.id} | params)
    assert (refusal.value.http_status, refusal.value.param) == (400, param)


async def test_what_was_never_taken_cannot_be_refunded(world: World) -> None:
    held = await world.paid(capture_method="manual")
    for params in ({"payment_intent": held.id}, {"charge": str(held.latest_charge)}):
        with pytest.raises(stripe.InvalidRequestError):
            await world.sdk.v1.refunds.create_async(params)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "at_first", "at_last", "left"),
    [
        ("pm_card_pendingRefund", "pending", "succeeded", 1999),
        ("pm_card_refundFail", "succeeded", "failed", 0),
    ],
)
async def test_banks_take_their_time(
    world: World, method: str, at_first: str, at_last: str, left: int
) -> None:
    paid = await world.paid(method=method)
    refund = await world.sdk.v1.refunds.create_async({"payment_intent": paid.id})
    assert refund.status == at_first
    await world.control("clock", {"advance_seconds": 10})
    settled = await world.sdk.v1.refunds.retrieve_async(refund.id)
    charge = await world.sdk.v1.charges.retrieve_async(str(paid.latest_charge))
    assert (settled.status, charge.amount_refunded) == (at_last, left)
    await world.receiver.until("refund.updated")
