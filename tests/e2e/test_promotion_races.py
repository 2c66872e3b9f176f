"""Fifty buyers and a promotion that is not for all of them, against two API processes."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.e2e.shop import Buyer, Shop, confirm, eventually, staff

pytestmark = pytest.mark.anyio
MANY = 50
HALF_OFF = {"kind": "percentage", "ppm": 500_000}
USES = "SELECT used, spent FROM promotion WHERE id = $1"
STATUSES = "SELECT status FROM promotion_redemption WHERE promotion_id = $1"


async def promotion(shop: Shop, client: httpx.AsyncClient, **more: Any) -> str:
    body = {"name": f"Half off {uuid4().hex[:6]}", "benefit": HALF_OFF, **more}
    made = await client.post("/admin/promotions", json=body, headers=await staff(shop, client))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def end(shop: Shop, client: httpx.AsyncClient, promotion_id: str) -> None:
    """So that no other test's cart gets it."""
    headers = {**await staff(shop, client), "If-Match": "*"}
    assert (await client.delete(f"/admin/promotions/{promotion_id}", headers=headers)).status_code == 204


async def code(shop: Shop, client: httpx.AsyncClient, promotion_id: str, **more: Any) -> str:
    word = f"HALF{uuid4().hex[:8].upper()}"
    path = f"/admin/promotions/{promotion_id}/codes"
    made = await client.post(path, json={"code": word, **more}, headers=await staff(shop, client))
    assert made.status_code == 201, made.text
    return word


async def with_code(client: httpx.AsyncClient, sku: str, word: str, **more: Any) -> Buyer:
    buyer = Buyer(client, **more)
    await buyer.add(sku)
    reply = await client.post("/cart/coupons", json={"code": word}, headers=buyer.headers)
    assert reply.status_code == 200, reply.text
    assert [coupon["applied"] for coupon in reply.json()["coupons"]] == [True]
    return buyer


@pytest.mark.parametrize("limit", ["promotion", "code", "customer"])
async def test_fifty_buyers_and_one_use(shop: Shop, client: httpx.AsyncClient, limit: str) -> None:
    (sku,) = await shop.skus(1)
    limits = {"promotion": {"max_uses": 1}, "customer": {"per_customer": 1}, "code": {}}[limit]
    promotion_id = await promotion(shop, client, by_code=True, **limits)
    word = await code(shop, client, promotion_id, **({"max_uses": 1} if limit == "code" else {}))
    # One customer with fifty carts, told by nothing but the address.
    one = {"email": f"buyer-{uuid4().hex[:12]}@example.com"} if limit == "customer" else {}
    buyers = [await with_code(client, sku, word, **one) for _ in range(MANY)]
    intents = len((await shop.stripe("/payment_intents?limit=100"))["data"])

    replies = await asyncio.gather(*(buyer.place() for buyer in buyers))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: MANY - 1}
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"coupon-exhausted"}
    (order,) = [reply.json() for reply in replies if reply.status_code == 201]
    totals = order["totals"]
    assert totals["discount"]["amount"] == (totals["subtotal"]["amount"] + 1) // 2
    # Whoever was too late was told before anything was charged, or anybody asked for money.
    assert len((await shop.stripe("/payment_intents?limit=100"))["data"]) in (intents + 1, 100)
    placed = "SELECT count(*) FROM sales_order o JOIN promotion_redemption r ON r.order_id = o.id"
    assert await shop.value(f"{placed} WHERE r.promotion_id = $1", UUID(promotion_id)) == 1
    loser = next(buyer for buyer, reply in zip(buyers, replies, strict=True) if reply.status_code == 409)
    cart = (await client.get("/cart", headers=loser.headers)).json()
    assert [coupon["applied"] for coupon in cart["coupons"]] == [limit == "customer"]
    assert cart["item_count"] == 1


async def test_a_budget_is_never_overspent(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    probe = Buyer(client)
    price = (await probe.add(sku))["items"][0]["unit_price"]["amount"]
    half = (price + 1) // 2
    budget = {"amount": 7 * half + half // 2, "currency": "USD"}
    promotion_id = await promotion(shop, client, by_code=True, budget=budget)
    word = await code(shop, client, promotion_id)
    buyers = [await with_code(client, sku, word) for _ in range(MANY)]

    replies = await asyncio.gather(*(buyer.place() for buyer in buyers))

    assert Counter(reply.status_code for reply in replies) == {201: 7, 409: MANY - 7}
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"coupon-exhausted"}
    assert tuple((await shop.sql(USES, UUID(promotion_id)))[0]) == (7, 7 * half)


async def test_an_automatic_promotion_goes_on_without_those_who_are_too_late(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    promotion_id = await promotion(shop, client, max_uses=3)
    buyers = [Buyer(client) for _ in range(MANY)]
    for buyer in buyers:
        await buyer.add(sku)

    replies = await asyncio.gather(*(buyer.place() for buyer in buyers))

    assert Counter(reply.status_code for reply in replies) == {201: MANY}
    discounts = Counter(reply.json()["totals"]["discount"]["amount"] > 0 for reply in replies)
    assert discounts == {True: 3, False: MANY - 3}
    await end(shop, client, promotion_id)


async def test_what_a_cancelled_order_used_can_be_used_again(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    promotion_id = await promotion(shop, client, by_code=True, max_uses=1, per_customer=1)
    word = await code(shop, client, promotion_id, max_uses=1)
    first = await with_code(client, sku, word)
    second = await with_code(client, sku, word)
    placed = await first.place()
    assert placed.status_code == 201, placed.text
    refused = await second.place()
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon-exhausted")

    cancels = await asyncio.gather(*(first.cancel(placed.json()) for _ in range(10)))

    assert {reply.status_code for reply in cancels} == {200}
    assert tuple((await shop.sql(USES, UUID(promotion_id)))[0]) == (0, 0)
    again = await second.place()
    assert again.status_code == 201, again.text
    assert again.json()["totals"]["discount"]["amount"] > 0


async def test_a_use_is_consumed_when_it_is_paid_and_an_expired_order_gives_it_back(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    promotion_id = await promotion(shop, client, by_code=True, max_uses=2)
    word = await code(shop, client, promotion_id)
    payer, idler = await with_code(client, sku, word), await with_code(client, sku, word)
    paid, left = (await payer.place()).json(), (await idler.place()).json()

    assert (await confirm(shop, paid)).status_code == 200
    await shop.expire_now(left)

    async def settled() -> bool:
        rows = await shop.sql(STATUSES, UUID(promotion_id))
        return sorted(row["status"] for row in rows) == ["consumed", "released"]

    await eventually("one use is consumed, the other given back", settled)
    assert (await shop.sql(USES, UUID(promotion_id)))[0]["used"] == 1
    # Money that comes now goes back, and the use stays given back.
    late = await confirm(shop, left)
    assert late.status_code in (200, 400)
    await shop.settles()
    assert (await shop.sql(USES, UUID(promotion_id)))[0]["used"] == 1
