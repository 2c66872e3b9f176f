"""Disputes: opened by a card or by hand, won or lost."""

from typing import Any

import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, World

pytestmark = MARKS


async def disputed(world: World, method: str = "pm_card_visa") -> tuple[stripe.PaymentIntent, Any]:
    paid = await world.paid(method=method, metadata={"order_number": "ORD-1"})
    if method == "pm_card_visa":
        await world.control("stripe/disputes", {"payment_intent": paid.id, "reason": "product_not_received"})
    return paid, (await world.sdk.v1.disputes.list_async({"payment_intent": paid.id})).data[0]


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_card_createDispute"])
async def test_a_dispute_takes_the_money_away(world: World, method: str) -> None:
    paid, dispute = await disputed(world, method)
    assert (dispute.status, dispute.amount, dispute.charge) == ("needs_response", 1999, paid.latest_charge)
    assert [(moved.amount, moved.fee) for moved in dispute.balance_transactions] == [(-1999, 1500)]
    charge = await world.sdk.v1.charges.retrieve_async(str(paid.latest_charge))
    assert charge.disputed
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.sdk.v1.refunds.create_async({"payment_intent": paid.id})
    assert refusal.value.code == "charge_disputed"
    ledger = await world.read("/_control/stripe/ledger")
    assert [row["kind"] for row in ledger] == ["charge", "dispute"]
    assert ledger[1]["metadata"] == {"order_number": "ORD-1"}
    await world.receiver.until("charge.dispute.created")


@pytest.mark.parametrize(("verdict", "kinds"), [("won", ["charge"]), ("lost", ["charge", "dispute"])])
async def test_a_dispute_is_decided_by_the_bank(world: World, verdict: str, kinds: list[str]) -> None:
    _, dispute = await disputed(world)
    await world.control(f"stripe/disputes/{dispute.id}/close", {"status": verdict})
    closed = await world.sdk.v1.disputes.retrieve_async(dispute.id)
    assert closed.status == verdict
    assert [row["kind"] for row in await world.read("/_control/stripe/ledger")] == kinds
    await world.receiver.until("charge.dispute.closed")
    if verdict == "won":
        await world.receiver.until("charge.dispute.funds_reinstated")
    with pytest.raises(stripe.InvalidRequestError):
        await world.sdk.v1.disputes.close_async(dispute.id)


@pytest.mark.parametrize(("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
async def test_evidence_decides_a_test_dispute(world: World, text: str, status: str) -> None:
    _, dispute = await disputed(world)
    staged = await world.sdk.v1.disputes.update_async(
        dispute.id, {"evidence": {"customer_name": "Ann"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = await world.sdk.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": text}})
    assert (sent.status, sent.evidence_details.submission_count) == (status, 1)


async def test_an_inquiry_takes_nothing(world: World) -> None:
    paid, dispute = await disputed(world, "pm_card_createDisputeInquiry")
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    refund = await world.sdk.v1.refunds.create_async({"payment_intent": paid.id})
    assert refund.status == "succeeded"


async def test_only_captured_money_is_disputed_and_once(world: World) -> None:
    held = await world.paid(capture_method="manual")
    paid, _ = await disputed(world)
    unpaid = await world.intent()
    headers = {"X-Sandbox-Token": world.settings.token}
    for body, status in (
        ({"payment_intent": held.id}, 400),
        ({"payment_intent": paid.id}, 400),
        ({"payment_intent": unpaid.id}, 400),
        ({"charge": "ch_none"}, 404),
        ({"charge": str(paid.latest_charge), "reason": "bad luck"}, 400),
        ({}, 400),
    ):
        response = await world.http.post("/_control/stripe/disputes", json=body, headers=headers)
        assert response.status_code == status, response.text
