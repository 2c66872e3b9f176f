"""Customers, their payment methods, and setup intents."""

from typing import Any

import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, World

pytestmark = MARKS


async def test_a_customer_keeps_a_card_and_pays_with_it_later(world: World) -> None:
    customer = await world.sdk.v1.customers.create_async(
        {"email": "ann@example.com", "metadata": {"user": "1"}}
    )
    await world.paid(customer=customer.id, setup_future_usage="off_session")

    cards = await world.sdk.v1.customers.payment_methods.list_async(customer.id)
    assert [card.type for card in cards.data] == ["card"]
    again = await world.paid(method=cards.data[0].id, customer=customer.id, off_session=True)
    assert again.status == "succeeded"
    listed = await world.sdk.v1.payment_intents.list_async({"customer": customer.id})
    assert len(listed.data) == 2
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.paid(method=cards.data[0].id)
    assert refusal.value.param == "payment_method"


async def test_methods_are_attached_and_detached(world: World) -> None:
    methods = world.sdk.v1.payment_methods
    ann = await world.sdk.v1.customers.create_async({"name": "Ann"})
    bob = await world.sdk.v1.customers.create_async({"name": "Bob"})
    card = await methods.attach_async("pm_card_visa", {"customer": ann.id})
    assert card.customer == ann.id
    with pytest.raises(stripe.InvalidRequestError):
        await methods.attach_async(card.id, {"customer": bob.id})
    with pytest.raises(stripe.CardError):
        await methods.attach_async("pm_card_chargeDeclined", {"customer": ann.id})
    assert (await methods.detach_async(card.id)).customer is None
    assert (await methods.list_async({"customer": ann.id})).data == []
    await world.receiver.until("payment_method.detached")


async def test_a_customer_is_changed_and_found(world: World) -> None:
    customer = await world.sdk.v1.customers.create_async({"email": "ann@example.com", "phone": "+15550100"})
    changed = await world.sdk.v1.customers.update_async(
        customer.id, {"email": "eve@example.com", "phone": ""}
    )
    assert (changed.email, changed.phone) == ("eve@example.com", None)
    customers = world.sdk.v1.customers
    assert (await customers.list_async({"email": "ann@example.com"})).data == []
    assert [one.id for one in (await customers.list_async({"email": "eve@example.com"})).data] == [
        customer.id
    ]
    await world.receiver.until("customer.updated")
    event: Any = next(event for event in world.receiver.events if event.type == "customer.updated")
    assert event.data.previous_attributes.to_dict() == {"email": "ann@example.com", "phone": "+15550100"}


async def test_a_card_that_was_set_up_needs_no_challenge_later(world: World) -> None:
    customer = await world.sdk.v1.customers.create_async({})
    setup: Any = await world.sdk.v1.setup_intents.create_async(
        {"customer": customer.id, "payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True}
    )
    assert setup.status == "requires_action"
    answered = await world.http.post(f"{setup.next_action.redirect_to_url.url}/complete")
    assert answered.json()["status"] == "succeeded"
    paid = await world.paid(method=setup.payment_method, customer=customer.id, off_session=True)
    assert paid.status == "succeeded"
    fresh = await world.paid(method="pm_card_authenticationRequiredOnSetup")
    assert fresh.status == "requires_action"


async def test_a_setup_fails_or_is_cancelled(world: World) -> None:
    setups = world.sdk.v1.setup_intents
    setup = await setups.create_async()
    with pytest.raises(stripe.CardError) as refusal:
        await setups.confirm_async(setup.id, {"payment_method": "pm_card_chargeDeclined"})
    error: Any = refusal.value.error
    assert error.setup_intent.status == "requires_payment_method"
    challenged: Any = await setups.confirm_async(
        setup.id, {"payment_method": "pm_card_threeDSecure2Required"}
    )
    await world.http.post(f"{challenged.next_action.redirect_to_url.url}/fail")
    failed: Any = await setups.retrieve_async(setup.id)
    assert failed.last_setup_error.code == "setup_intent_authentication_failure"
    ended = await setups.cancel_async(setup.id, {"cancellation_reason": "abandoned"})
    assert ended.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await setups.confirm_async(setup.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "setup_intent_unexpected_state"
