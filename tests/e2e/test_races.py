"""Fifty at once, against two API processes and two workers. Whoever can't win gets a plain answer."""

import asyncio
import random
from collections import Counter
from uuid import uuid4

import httpx
import pytest

from tests.e2e.shop import Buyer, Shop, confirm, staff

pytestmark = pytest.mark.anyio
MANY = 50
PASSWORD = "correct horse battery"


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
    (number,) = {reply.json()["number"] for reply in replies if reply.status_code < 300}
    if keys == "one":
        refused = {reply.json()["code"] for reply in replies if reply.status_code == 409}
        assert refused <= {"idempotency-key-in-use"}
        assert len({reply.content for reply in replies if reply.status_code < 300}) == 1
        again = await buyer.place(one)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert set(statuses) <= {201, 409}
    else:
        assert statuses == {201: 1, 200: MANY - 1}
    assert await shop.intents(number) == {number: 1}


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


async def test_two_hundred_carts_of_the_same_shuffled_lines_never_wait_for_each_other_in_a_circle(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    skus = await shop.skus(10)
    scarce, stock = skus[4], 60
    await shop.set_stock(scarce, stock)
    chance = random.Random(1)
    wanted = [chance.sample(skus, 5) for _ in range(200)]
    buyers = [Buyer(client) for _ in wanted]

    async def fill(buyer: Buyer, lines: list[str]) -> None:
        for sku in lines:
            await buyer.add(sku)

    await asyncio.gather(*map(fill, buyers, wanted))
    replies = await asyncio.gather(*(buyer.place(method="manual") for buyer in buyers))

    had = Counter(reply.status_code for reply in replies)
    assert set(had) == {201, 409}, [r.text for r in replies if r.status_code not in (201, 409)][:3]
    assert {r.json()["code"] for r in replies if r.status_code == 409} == {"insufficient-stock"}
    told = [scarce in lines for lines, r in zip(wanted, replies, strict=True) if r.status_code == 409]
    assert all(told)
    assert len(told) == sum(scarce in lines for lines in wanted) - stock
    assert await shop.available(scarce) == 0


async def test_one_address_registered_fifty_times_is_one_account(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    name = f"ada-{uuid4().hex[:12]}@example.com"
    spellings = [name, name.upper(), name.capitalize()]

    replies = await asyncio.gather(
        *(
            client.post("/auth/register", json={"email": spellings[i % 3], "password": PASSWORD})
            for i in range(MANY)
        )
    )

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: MANY - 1}
    assert {r.json()["code"] for r in replies if r.status_code == 409} == {"email-taken"}
    assert (await client.post("/auth/login", json={"email": name, "password": PASSWORD})).status_code == 200


async def test_one_refresh_token_used_fifty_times_has_one_successor(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    account = {"email": f"eve-{uuid4().hex[:12]}@example.com", "password": PASSWORD}
    first = (await client.post("/auth/register", json=account)).json()["refresh_token"]

    replies = await asyncio.gather(
        *(client.post("/auth/refresh", json={"refresh_token": first}) for _ in range(MANY))
    )

    assert Counter(reply.status_code for reply in replies) == {200: MANY}
    (successor,) = {reply.json()["refresh_token"] for reply in replies}
    assert successor != first
    again = await client.post("/auth/refresh", json={"refresh_token": successor})
    assert again.status_code == 200, again.text
    access = {"Authorization": f"Bearer {again.json()['access_token']}"}
    assert (await client.get("/users/me", headers=access)).status_code == 200
