"""Many at one cart at once, against two API processes: nothing is lost, nothing counts twice."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.shop import ADDRESS, Buyer, Shop, staff

pytestmark = pytest.mark.anyio
PASSWORD = "correct horse battery"


async def register(client: httpx.AsyncClient) -> tuple[dict[str, str], dict[str, str]]:
    """Somebody's credentials, and the headers they hold when they have signed in."""
    credentials = {"email": f"buyer-{uuid4().hex[:12]}@example.com", "password": PASSWORD}
    reply = await client.post("/auth/register", json=credentials)
    assert reply.status_code == 201, reply.text
    return credentials, {"Authorization": f"Bearer {reply.json()['access_token']}"}


async def units(client: httpx.AsyncClient, headers: dict[str, str]) -> Counter[str]:
    cart = (await client.get("/cart", headers=headers)).json()
    return Counter({item["sku"]: item["quantity"] for item in cart["items"]})


async def test_a_hundred_adds_at_once_are_a_hundred_units(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    buyer = Buyer(client)
    buyer.token = (await buyer.add(sku))["token"]

    replies = await asyncio.gather(
        *(
            client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=buyer.headers)
            for _ in range(100)
        )
    )

    assert Counter(reply.status_code for reply in replies) == {201: 100}
    assert await units(client, buyer.headers) == {sku: 101}


async def test_currencies_are_switched_while_others_add(shop: Shop, client: httpx.AsyncClient) -> None:
    first, second = await shop.skus(2)
    buyer = Buyer(client)
    await buyer.add(first)

    def switch(currency: str) -> Coroutine[Any, Any, httpx.Response]:
        return client.put("/cart/currency", json={"currency": currency}, headers=buyer.headers)

    def add(sku: str) -> Coroutine[Any, Any, httpx.Response]:
        return client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=buyer.headers)

    asked = [add(sku) for sku in (first, second) * 15] + [switch(each) for each in ("EUR", "USD") * 5]
    replies = await asyncio.gather(*(asked[index] for index in sorted(range(40), key=lambda n: n * 7 % 40)))

    assert Counter(reply.status_code for reply in replies) == {201: 30, 200: 10}
    cart = (await client.get("/cart", headers=buyer.headers)).json()
    assert await units(client, buyer.headers) == {first: 16, second: 15}
    assert {item["unit_price"]["currency"] for item in cart["items"]} == {cart["currency"]}
    assert [item["warnings"] for item in cart["items"]] == [[], []]
    for reply in replies:
        shown = reply.json()
        assert {item["unit_price"]["currency"] for item in shown["items"]} == {shown["currency"]}
        assert shown["totals"]["subtotal"]["amount"] == sum(
            item["unit_price"]["amount"] * item["quantity"] for item in shown["items"]
        )


async def test_twenty_sign_ins_with_one_cart_merge_it_once(shop: Shop, client: httpx.AsyncClient) -> None:
    sku, other = await shop.skus(2)
    credentials, held = await register(client)
    await client.post("/cart/items", json={"sku": sku, "quantity": 2}, headers=held)
    guest = Buyer(client)
    await guest.add(sku, 3)
    await guest.add(other, 4)

    replies = await asyncio.gather(
        *(client.post("/auth/login", json=credentials, headers=guest.headers) for _ in range(20))
    )

    assert Counter(reply.status_code for reply in replies) == {200: 20}
    assert await units(client, held) == {sku: 5, other: 4}
    assert await units(client, guest.headers) == {}


async def test_merging_adding_and_placing_at_once_lose_no_unit(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    credentials, held = await register(client)
    guest = Buyer(client)
    await guest.add(sku, 5)
    added = [await client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=held)]
    order = {"shipping_address": ADDRESS, "shipping_option_id": "standard", "payment_method": "manual"}

    async def add(headers: dict[str, str]) -> None:
        added.append(await client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=headers))

    async def place() -> httpx.Response:
        return await client.post("/orders", json=order, headers=held)

    async def merge() -> httpx.Response:
        return await client.post("/auth/login", json=credentials, headers=guest.headers)

    todo: list[Coroutine[Any, Any, httpx.Response | None]] = []
    for number in range(20):
        todo += [add(held), add(guest.headers)]
        todo += [merge()] if number % 2 else [place()]
    replies = [reply for reply in await asyncio.gather(*todo) if reply is not None]

    assert Counter(reply.status_code for reply in added) == {201: 41}
    assert {reply.status_code for reply in replies} <= {200, 201, 409}, [r.text for r in replies]
    refused = {reply.json()["code"] for reply in replies if reply.status_code == 409}
    assert refused <= {"cart-changed", "cart-empty", "concurrent-update"}
    placed = {
        reply.json()["number"]: reply.json()["items"][0]["quantity"]
        for reply in replies
        if "number" in reply.json()
    }
    assert placed
    # A guest whose cart went away is given another token with the next add.
    tokens = {guest.token} | {reply.json().get("token", guest.token) for reply in added}
    carts = [held, *({"X-Cart-Token": token} for token in tokens)]
    left = sum([(await units(client, headers))[sku] for headers in carts])
    assert sum(placed.values()) + left == 5 + 41


async def test_a_code_added_many_times_at_once_is_there_once(shop: Shop, client: httpx.AsyncClient) -> None:
    (sku,) = await shop.skus(1)
    admin = await staff(shop, client)
    rule = {"name": "Race", "by_code": True, "benefit": {"kind": "percentage", "ppm": 100_000}}
    made = await client.post("/admin/promotions", json=rule, headers=admin)
    assert made.status_code == 201, made.text
    code = f"RACE{uuid4().hex[:8]}"
    reply = await client.post(
        f"/admin/promotions/{made.json()['id']}/codes", json={"code": code}, headers=admin
    )
    assert reply.status_code == 201, reply.text
    buyer = Buyer(client)
    await buyer.add(sku)

    asked = [
        *(client.post("/cart/coupons", json={"code": code}, headers=buyer.headers) for _ in range(25)),
        *(
            client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=buyer.headers)
            for _ in range(25)
        ),
    ]
    replies = await asyncio.gather(*asked)

    assert Counter(reply.status_code for reply in replies) == {200: 25, 201: 25}
    cart = (await client.get("/cart", headers=buyer.headers)).json()
    assert cart["coupons"] == [{"code": code, "applied": True, "reason": None}]
    assert await units(client, buyer.headers) == {sku: 26}
