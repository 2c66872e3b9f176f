"""Paying when it isn't plain: 3-D Secure, a declined card, a silent Stripe, money that comes too late."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.shop import Buyer, Shop, confirm, eventually, intent_of, staff

pytestmark = pytest.mark.anyio
PAID = "payment_intent.succeeded"
WITHHELD = {"match": {"event": PAID}, "do": "withhold"}
# More than Stripe's client library tries by itself.
NO_ANSWER = {"match": {"path": "/v1", "method": "POST"}, "do": "refuse"}


def reply_lost(path: str) -> dict[str, Any]:
    return {"match": {"path": path, "method": "POST"}, "do": "drop_reply", "times": 3}


async def paid_order(shop: Shop, buyer: Buyer) -> dict[str, Any]:
    order = await buyer.order(await shop.skus(1))
    assert (await confirm(shop, order)).json()["status"] == "succeeded"
    await buyer.wait_for(order, "paid")
    return order


async def bank_page(shop: Shop, order: dict[str, Any], button: str) -> None:
    """Confirm with a card whose bank asks for more, and press a button on its page."""
    asked = (await confirm(shop, order, "pm_card_threeDSecure2Required")).json()
    assert asked["status"] == "requires_action"
    async with httpx.AsyncClient(timeout=30) as browser:
        done = await browser.post(f"{asked['next_action']['redirect_to_url']['url']}/{button}")
    assert done.status_code < 400, done.text


async def test_the_bank_asks_the_buyer_who_says_yes(shop: Shop, client: httpx.AsyncClient) -> None:
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))

    await bank_page(shop, order, "complete")

    assert (await buyer.wait_for(order, "paid"))["status"] == "confirmed"
    await shop.wait_for_mails(buyer.email, 1)


async def test_the_bank_says_no_and_another_card_pays(shop: Shop, client: httpx.AsyncClient) -> None:
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))

    await bank_page(shop, order, "fail")

    async def failure() -> Any:
        return (await buyer.payment(order))["failure"]

    assert (await eventually("the failure is known", failure))["code"]
    shown = await buyer.show(order)
    assert (shown["status"], shown["payment_status"]) == ("pending", "unpaid")
    again = (await buyer.open_intent(order)).json()
    assert again["client_secret"] == order["payment"]["client_secret"]
    assert (await confirm(shop, order)).json()["status"] == "succeeded"
    assert (await buyer.wait_for(order, "paid"))["status"] == "confirmed"


async def test_a_declined_card_changes_nothing_and_the_next_one_pays(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    buyer = Buyer(client)
    order = await buyer.order([sku])
    before, left = await buyer.show(order), await shop.available(sku)

    declined = await confirm(shop, order, "pm_card_chargeDeclined")

    assert declined.status_code == 402

    async def failure() -> Any:
        return (await buyer.payment(order))["failure"]

    assert (await eventually("the decline is known", failure))["code"] == "generic_decline"
    assert await buyer.show(order) == before
    assert await shop.available(sku) == left
    intent = (await buyer.open_intent(order)).json()
    assert intent["client_secret"] == order["payment"]["client_secret"]
    assert await shop.intents(order["number"]) == {order["number"]: 1}

    assert (await confirm(shop, order)).json()["status"] == "succeeded"
    assert (await buyer.wait_for(order, "paid"))["status"] == "confirmed"
    assert (await buyer.payment(order))["status"] == "captured"
    assert await shop.available(sku) == left


async def test_the_return_page_need_not_wait_for_the_webhook(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.faults(WITHHELD)
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))
    await confirm(shop, order)
    assert (await buyer.show(order))["payment_status"] == "unpaid"

    synced = await buyer.sync(order)

    assert (synced.status_code, synced.json()["status"]) == (200, "captured")
    paid = await buyer.show(order)
    assert (paid["status"], paid["payment_status"]) == ("confirmed", "paid")
    await shop.wait_for_mails(buyer.email, 1)  # the webhook has come meanwhile
    assert await buyer.show(order) == paid
    assert (await shop.facts_of(order))["OrderPaid"] == 1


async def test_an_order_is_placed_while_stripe_is_down_and_paid_when_it_is_back(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await shop.faults(NO_ANSWER)
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))
    assert order["payment"]["status"] == "pending"
    assert "client_secret" not in order["payment"]
    refused = await buyer.open_intent(order)
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0

    await shop.heal()
    intent = await buyer.open_intent(order)

    assert intent.status_code == 200, intent.text
    order["payment"] = intent.json()
    await confirm(shop, order)
    assert (await buyer.wait_for(order, "paid"))["status"] == "confirmed"
    assert await shop.intents(order["number"]) == {order["number"]: 1}


async def test_stripe_makes_the_intent_but_its_answer_is_lost(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.faults(reply_lost("/v1/payment_intents"))
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))
    assert order["payment"]["status"] == "pending"

    intent = await buyer.open_intent(order)

    assert intent.status_code == 200, intent.text
    assert await shop.intents(order["number"]) == {order["number"]: 1}
    order["payment"] = intent.json()
    await confirm(shop, order)
    await buyer.wait_for(order, "paid")


async def test_stripe_gives_the_money_back_but_its_answer_is_lost(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    buyer = Buyer(client)
    order = await paid_order(shop, buyer)
    await shop.faults(reply_lost("/v1/refunds"))
    admin, total = await staff(shop, client), order["totals"]["total"]

    asked = await client.post(
        f"/admin/orders/{order['number']}/refunds",
        json={"amount": total, "reason": "duplicate", "restock": False},
        headers={**admin, "Idempotency-Key": str(uuid4())},
    )

    assert asked.status_code == 201, asked.text
    refunded = await buyer.wait_for(order, "refunded")
    assert [each["status"] for each in refunded["refunds"]] == ["succeeded"]
    assert refunded["totals"]["refunded"] == total
    assert len((await shop.stripe(f"/refunds?payment_intent={intent_of(order)}"))["data"]) == 1
    await shop.wait_for_mails(buyer.email, 2)


async def test_who_cancels_a_paid_order_gets_the_money_and_the_shop_the_goods(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    before, buyer = await shop.available(sku), Buyer(client)
    order = await paid_order(shop, buyer)

    cancelled = await buyer.cancel(order)

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    refunded = await buyer.wait_for(order, "refunded")
    assert refunded["totals"]["refunded"] == order["totals"]["total"]
    assert await shop.available(sku) == before
    mails = await shop.wait_for_mails(buyer.email, 3)
    assert all(order["number"] in mail["subject"] for mail in mails)


async def test_an_order_that_nobody_pays_gives_its_goods_back_to_shelf_and_cart(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    sku, other = await shop.skus(2)
    before, buyer = await shop.available(sku), Buyer(client)
    await buyer.add(other)
    await buyer.add(sku, 3)
    order = (await buyer.place()).json()
    assert await shop.available(sku) == before - 3

    await shop.expire_now(order)

    async def is_over() -> bool:
        return bool((await buyer.show(order))["status"] == "expired")

    await eventually("the order expires", is_over)
    assert await shop.available(sku) == before
    cart = (await client.get("/cart", headers=buyer.headers)).json()
    assert [(item["sku"], item["quantity"]) for item in cart["items"]] == [(other, 1), (sku, 3)]
    await shop.settles()
    assert (await shop.stripe(f"/payment_intents/{intent_of(order)}"))["status"] == "canceled"
    assert (await confirm(shop, order)).status_code == 400
    assert (await buyer.open_intent(order)).json()["code"] == "illegal-transition"


async def test_money_for_an_order_that_has_expired_goes_back_and_the_buyer_is_told(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    before, buyer = await shop.available(sku), Buyer(client)
    order = await buyer.order([sku])
    # Stripe can't be asked either, so that the order is over before anybody hears of the money.
    await shop.faults(WITHHELD)
    await confirm(shop, order)
    await shop.faults({"match": {"path": "/v1"}, "do": "status", "value": 500})
    await shop.expire_now(order)

    async def is_over() -> bool:
        return bool((await buyer.show(order))["status"] == "expired")

    await eventually("the order expires", is_over)
    assert (await buyer.show(order))["payment_status"] == "unpaid"
    await shop.heal()

    refunded = await buyer.wait_for(order, "refunded")
    assert refunded["status"] == "expired"
    assert refunded["totals"]["refunded"] == order["totals"]["total"]
    assert await shop.available(sku) == before
    mails = await shop.wait_for_mails(buyer.email, 2)
    assert all(order["number"] in mail["subject"] for mail in mails)
    assert any("refund" in mail["subject"].lower() for mail in mails)
