"""Fifty at once, against two API processes and two workers. Whoever can't win gets a plain answer."""

import asyncio
from collections import Counter
from uuid import uuid4

import httpx
import pytest

from tests.e2e.shop import Buyer, Shop, confirm, staff

pytestmark = pytest.mark.anyio
MANY = 50


async def test_fifty_buyers_and_one_unit(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    await shop.set_stock(sku, 1)
    buyers = [Buyer(client) for _ in range(MANY)]
    await asyncio.gather(*(buyer.add(sku) for buyer in buyers))

    replies = await asyncio.gather(*(buyer.place() for buyer in buyers))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: MANY - 1}
    losers = {(r.json()["code"], r.json()["available"]) for r in replies if r.status_code == 409}
    assert losers == {("insufficient-stock", 0)}
    done = shop.command("stock", "show", sku, "--json")
    assert '"available":0' in done.stdout


@pytest.mark.parametrize("keys", ["one", "many", "none"])
async def test_one_cart_placed_fifty_times_is_one_order(
    shop: Shop, client: httpx.AsyncClient, keys: str
) -> None:
    buyer = Buyer(client)
    for sku in await shop.skus(2):
        await buyer.add(sku)
    one = str(uuid4())
    choices: dict[str, list[str | None]] = {
        "one": [one] * MANY,
        "many": [str(uuid4()) for _ in range(MANY)],
        "none": [None] * MANY,
    }

    replies = await asyncio.gather(*(buyer.place(key) for key in choices[keys]))

    statuses = Counter(reply.status_code for reply in replies)
    orders = {reply.json()["number"] for reply in replies if reply.status_code < 300}
    assert len(orders) == 1
    if keys == "one":
        refused = {reply.json()["code"] for reply in replies if reply.status_code == 409}
        assert refused <= {"idempotency-key-in-use"}
        assert len({reply.content for reply in replies if reply.status_code < 300}) == 1
        again = await buyer.place(one)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert set(statuses) <= {201, 409}
    else:
        assert statuses == {201: 1, 200: MANY - 1}
    async with shop.sandbox() as sandbox:
        secret = {"Authorization": f"Bearer {shop.facts['stripe_secret_key']}"}
        intents = (await sandbox.get("/v1/payment_intents?limit=100", headers=secret)).json()["data"]
    assert sum(intent["metadata"].get("order_number") in orders for intent in intents) == 1


async def test_no_unit_of_fifty_adds_is_lost(shop: Shop, client: httpx.AsyncClient) -> None:
    sku, other = await shop.skus(2)
    buyer = Buyer(client)
    await buyer.add(other)

    replies = await asyncio.gather(
        *(
            client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=buyer.headers)
            for _ in range(MANY)
        )
    )

    assert Counter(reply.status_code for reply in replies) == {201: MANY}
    cart = (await client.get("/cart", headers=buyer.headers)).json()
    assert {item["sku"]: item["quantity"] for item in cart["items"]} == {sku: MANY, other: 1}


async def test_one_key_adds_once(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    key = {"Idempotency-Key": str(uuid4())}

    replies = await asyncio.gather(
        *(client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=key) for _ in range(MANY))
    )

    done = [reply for reply in replies if reply.status_code == 201]
    assert done
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len({reply.content for reply in done}) == 1
    token = done[0].json()["token"]
    cart = (await client.get("/cart", headers={"X-Cart-Token": token})).json()
    assert [item["quantity"] for item in cart["items"]] == [1]


async def test_fifty_refunds_of_everything_give_it_back_once(shop: Shop, client: httpx.AsyncClient) -> None:
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))
    await confirm(shop, order)
    await buyer.wait_for(order, "paid")
    admin = await staff(shop, client)
    total = order["totals"]["total"]

    replies = await asyncio.gather(
        *(
            client.post(
                f"/admin/orders/{order['number']}/refunds",
                json={"amount": total, "reason": "duplicate", "restock": False},
                headers=admin,
            )
            for _ in range(MANY)
        )
    )

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: MANY - 1}
    assert {r.json()["code"] for r in replies if r.status_code == 409} == {"refund-exceeds-captured"}
    shown = await buyer.wait_for(order, "refunded")
    assert shown["totals"]["refunded"] == total
