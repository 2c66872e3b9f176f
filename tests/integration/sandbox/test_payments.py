"""Payment intents from creation to their end, through the official SDK."""

from typing import Any

import pytest
import stripe

from tests.integration.sandbox.sandbox_world import MARKS, PUBLISHABLE_KEY, World

pytestmark = MARKS


async def test_an_intent_is_created_and_paid(world: World) -> None:
    created = await world.intent(
        automatic_payment_methods={"enabled": True},
        metadata={"order_number": "ORD-1"},
        description="Two mugs",
    )
    assert created.status == "requires_payment_method"
    assert created.client_secret is not None
    assert created.client_secret.startswith(f"{created.id}_secret_")

    paid = await world.sdk.v1.payment_intents.confirm_async(
        created.id, {"payment_method": "pm_card_visa", "expand": ["latest_charge.balance_transaction"]}
    )

    assert (paid.status, paid.amount_received) == ("succeeded", 1999)
    charge: Any = paid.latest_charge
    assert (charge.captured, charge.metadata.order_number) == (True, "ORD-1")
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (88, 1911)
    assert await world.read("/_control/stripe/ledger") == [
        {
            "kind": "charge",
            "payment_intent": paid.id,
            "amount": 1999,
            "currency": "usd",
            "metadata": {"order_number": "ORD-1"},
            "at": (await world.read("/_control/stripe/ledger"))[0]["at"],
        }
    ]
    await world.receiver.until("payment_intent.succeeded")
    assert world.receiver.kinds[0] == "payment_intent.created"
    assert "charge.succeeded" in world.receiver.kinds


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
    ],
)
async def test_a_declined_card_can_be_followed_by_a_good_one(
    world: World, method: str, code: str, decline_code: str
) -> None:
    intent = await world.intent()
    with pytest.raises(stripe.CardError) as refusal:
        await world.sdk.v1.payment_intents.confirm_async(intent.id, {"payment_method": method})

    error: Any = refusal.value.error
    assert (refusal.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    assert error.payment_intent.id == intent.id
    assert error.payment_method.object == "payment_method"
    failed = await world.sdk.v1.charges.retrieve_async(error.charge)
    assert (failed.status, failed.paid, failed.failure_code) == ("failed", False, code)
    after: Any = await world.sdk.v1.payment_intents.retrieve_async(intent.id)
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    assert after.last_payment_error.decline_code == decline_code

    paid = await world.sdk.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_mastercard"}
    )
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    await world.receiver.until("payment_intent.succeeded")
    assert world.receiver.kinds.count("payment_intent.payment_failed") == 1
    assert [row["amount"] for row in await world.read("/_control/stripe/ledger")] == [1999]


async def test_an_intent_confirmed_at_creation_exists_after_a_decline(world: World) -> None:
    with pytest.raises(stripe.CardError):
        await world.paid(method="pm_card_chargeDeclined")
    listed = await world.sdk.v1.payment_intents.list_async()
    assert [intent.status for intent in listed.data] == ["requires_payment_method"]


@pytest.mark.parametrize(
    ("answer", "status"), [("complete", "succeeded"), ("fail", "requires_payment_method")]
)
async def test_three_d_secure_is_answered_on_the_banks_page(world: World, answer: str, status: str) -> None:
    waiting: Any = await world.paid(
        method="pm_card_authenticationRequired", return_url="https://shop.test/back?a=1"
    )
    assert waiting.status == "requires_action"
    link = waiting.next_action.redirect_to_url.url
    page = await world.http.get(link)
    assert "Complete authentication" in page.text
    assert "1999 USD" in page.text

    sent_back = await world.http.post(f"{link}/{answer}", headers={"Accept": "text/html"})

    assert sent_back.status_code == 303
    location = sent_back.headers["location"]
    assert location.startswith(f"https://shop.test/back?a=1&payment_intent={waiting.id}&")
    after: Any = await world.sdk.v1.payment_intents.retrieve_async(waiting.id)
    assert (after.status, after.next_action) == (status, None)
    if answer == "fail":
        assert location.endswith("redirect_status=failed")
        assert after.last_payment_error.code == "payment_intent_authentication_failure"
    await world.receiver.until("payment_intent.requires_action")
    # A link works once.
    assert (await world.http.post(f"{link}/{answer}")).status_code == 404


async def test_a_card_may_be_declined_after_authentication(world: World) -> None:
    waiting: Any = await world.paid(method="pm_card_threeDSecureRequiredChargeDeclined")
    answered = await world.http.post(f"{waiting.next_action.redirect_to_url.url}/complete")
    assert answered.json()["status"] == "requires_payment_method"
    after: Any = await world.sdk.v1.payment_intents.retrieve_async(waiting.id)
    assert after.last_payment_error.decline_code == "generic_decline"


async def test_off_session_a_challenge_is_a_decline(world: World) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        await world.paid(method="pm_card_authenticationRequired", off_session=True)
    assert refusal.value.code == "authentication_required"


@pytest.mark.parametrize(("wanted", "captured"), [(None, 5000), (3000, 3000)])
async def test_manual_capture_takes_all_or_a_part(world: World, wanted: int | None, captured: int) -> None:
    held = await world.paid(5000, capture_method="manual")
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 5000, 0)
    assert await world.read("/_control/stripe/ledger") == []

    params: Any = {} if wanted is None else {"amount_to_capture": wanted}
    taken = await world.sdk.v1.payment_intents.capture_async(held.id, params)

    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, captured)
    assert [row["amount"] for row in await world.read("/_control/stripe/ledger")] == [captured]
    await world.receiver.until("charge.captured")
    assert "payment_intent.amount_capturable_updated" in world.receiver.kinds
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.sdk.v1.payment_intents.capture_async(held.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


async def test_more_than_authorised_cannot_be_captured(world: World) -> None:
    held = await world.paid(5000, capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.sdk.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 5001})
    assert refusal.value.code == "amount_too_large"


async def test_cancelling_ends_an_intent_and_releases_what_was_held(world: World) -> None:
    held = await world.paid(capture_method="manual")
    ended = await world.sdk.v1.payment_intents.cancel_async(
        held.id, {"cancellation_reason": "abandoned", "expand": ["latest_charge"]}
    )
    charge: Any = ended.latest_charge
    assert (ended.status, ended.cancellation_reason, ended.amount_capturable) == ("canceled", "abandoned", 0)
    assert (charge.refunded, charge.captured) == (True, False)
    assert await world.read("/_control/stripe/ledger") == []
    for attempt in (
        world.sdk.v1.payment_intents.cancel_async(held.id),
        world.sdk.v1.payment_intents.confirm_async(held.id, {"payment_method": "pm_card_visa"}),
        world.sdk.v1.payment_intents.update_async(held.id, {"amount": 100}),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            await attempt
        error: Any = refusal.value.error
        assert (refusal.value.code, error.payment_intent.status) == (
            "payment_intent_unexpected_state",
            "canceled",
        )


async def test_what_was_paid_cannot_be_paid_again(world: World) -> None:
    paid = await world.paid()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.sdk.v1.payment_intents.confirm_async(paid.id, {"payment_method": "pm_card_visa"})
    assert refusal.value.code == "payment_intent_unexpected_state"
    assert len(await world.read("/_control/stripe/ledger")) == 1


async def test_an_intent_can_be_changed_until_it_is_paid(world: World) -> None:
    intent = await world.intent(metadata={"a": "1", "b": "2"})
    changed = await world.sdk.v1.payment_intents.update_async(
        intent.id,
        {
            "amount": 2500,
            "metadata": {"a": "", "c": "3"},
            "receipt_email": "ann@example.com",
            "shipping": {"name": "Ann", "address": {"line1": "1 Road", "country": "US"}},
        },
    )
    assert changed.amount == 2500
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert changed.shipping is not None
    assert changed.shipping.name == "Ann"


async def test_a_publishable_key_confirms_with_the_client_secret(world: World) -> None:
    intent = await world.intent(metadata={"order_number": "ORD-1"})
    path = f"/v1/payment_intents/{intent.id}"
    form = {"key": PUBLISHABLE_KEY, "client_secret": intent.client_secret, "payment_method": "pm_card_visa"}

    stranger = await world.http.post(f"{path}/confirm", data=form | {"client_secret": "pi_x_secret_y"})
    overreach = await world.http.post(f"{path}/confirm", data=form | {"metadata[order_number]": "ORD-2"})
    paid = await world.http.post(f"{path}/confirm", data=form)
    read = await world.http.get(
        path, params={"client_secret": str(intent.client_secret)}, auth=(PUBLISHABLE_KEY, "")
    )
    listed = await world.http.get(
        "/v1/payment_intents", headers={"Authorization": f"Bearer {PUBLISHABLE_KEY}"}
    )

    assert stranger.status_code == 404
    assert (overreach.status_code, overreach.json()["error"]["param"]) == (400, "metadata")
    assert (paid.status_code, paid.json()["status"]) == (200, "succeeded")
    assert "metadata" not in paid.json()
    assert read.json() == paid.json()
    assert (listed.status_code, listed.json()["error"]["code"]) == (401, "secret_key_required")


async def test_a_card_is_given_by_its_number(world: World) -> None:
    intent = await world.intent()
    form = {
        "key": PUBLISHABLE_KEY,
        "client_secret": intent.client_secret,
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4000 0000 0000 9995",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "44",
        "payment_method_data[card][cvc]": "123",
    }
    path = f"/v1/payment_intents/{intent.id}/confirm"
    declined = await world.http.post(path, data=form)
    unknown = await world.http.post(path, data=form | {"payment_method_data[card][number]": "4111"})
    paid = await world.http.post(path, data=form | {"payment_method_data[card][number]": "4242424242424242"})
    assert (declined.status_code, declined.json()["error"]["decline_code"]) == (402, "insufficient_funds")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (402, "incorrect_number")
    assert paid.json()["status"] == "succeeded"


REFUSED_AMOUNTS = [
    (49, "usd", "amount_too_small"),
    (49, "jpy", "amount_too_small"),
    (29, "gbp", "amount_too_small"),
    (100_000_000, "usd", "amount_too_large"),
    (0, "usd", "parameter_invalid_integer"),
    (-5, "usd", "parameter_invalid_integer"),
    (12_345, "kwd", None),
    (1_250, "isk", None),
    (1_000, "zzz", None),
]


async def test_amounts_follow_the_currencys_rules(world: World) -> None:
    for amount, currency, code in REFUSED_AMOUNTS:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            await world.intent(amount, currency)
        assert (refusal.value.http_status, refusal.value.code) == (400, code)
        assert refusal.value.param in ("amount", "currency")


async def test_zero_and_three_decimal_currencies_are_paid(world: World) -> None:
    for amount, currency in ((50, "jpy"), (12_340, "kwd"), (1_200, "isk")):
        paid = await world.intent(amount, currency, payment_method="pm_card_visa", confirm=True)
        assert paid.amount_received == amount


async def test_a_bank_debit_is_settled_later(world: World) -> None:
    waiting = await world.paid(method="pm_usBankAccount_success")
    assert waiting.status == "processing"
    assert await world.read("/_control/stripe/ledger") == []
    with pytest.raises(stripe.InvalidRequestError):
        await world.sdk.v1.payment_intents.cancel_async(waiting.id)
    await world.control("clock", {"advance_seconds": 10})
    assert (await world.sdk.v1.payment_intents.retrieve_async(waiting.id)).status == "succeeded"
    refund = await world.sdk.v1.refunds.create_async({"payment_intent": waiting.id})
    assert refund.status == "succeeded"
    await world.receiver.until("payment_intent.succeeded")
    assert "payment_intent.processing" in world.receiver.kinds


async def test_a_bank_debit_may_be_returned(world: World) -> None:
    waiting = await world.paid(method="pm_usBankAccount_insufficientFunds")
    never = await world.paid(method="pm_usBankAccount_processing")
    await world.control("clock", {"advance_seconds": 10})
    returned: Any = await world.sdk.v1.payment_intents.retrieve_async(waiting.id)
    assert returned.status == "requires_payment_method"
    assert returned.last_payment_error.decline_code == "insufficient_funds"
    assert (await world.sdk.v1.payment_intents.retrieve_async(never.id)).status == "processing"
    paid = await world.sdk.v1.payment_intents.confirm_async(waiting.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"


async def test_an_intent_takes_only_the_methods_it_names(world: World) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await world.paid(method="pm_usBankAccount_success", payment_method_types=["card"])
    assert refusal.value.code == "payment_intent_incompatible_payment_method"


async def test_lists_turn_pages_by_cursor_both_ways(world: World) -> None:
    made = [(await world.intent(1000 + number)).id for number in range(5)]
    intents = world.sdk.v1.payment_intents
    first = await intents.list_async({"limit": 2})
    second = await intents.list_async({"limit": 2, "starting_after": first.data[-1].id})
    back = await intents.list_async({"limit": 2, "ending_before": second.data[0].id})
    everything = [intent.id async for intent in (await intents.list_async({"limit": 2})).auto_paging_iter()]

    assert [intent.id for intent in first.data] == made[:2:-1]
    assert first.has_more
    assert [intent.id for intent in second.data] == [made[2], made[1]]
    assert [intent.id for intent in back.data] == [intent.id for intent in first.data]
    assert everything == made[::-1]
    later = await intents.list_async({"created": {"gt": 4_000_000_000}})
    assert later.data == []
