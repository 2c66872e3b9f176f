"""The main job of a shop, on real processes, by the public API alone."""

import httpx
import pytest

from tests.e2e.shop import ADDRESS, Buyer, Shop, confirm, eventually, staff

pytestmark = pytest.mark.anyio


async def test_a_guest_buys_pays_and_gets_half_of_it_back(shop: Shop, client: httpx.AsyncClient) -> None:
    first, second = await shop.skus(2)
    buyer = Buyer(client)
    await buyer.add(first, 2)
    cart = await buyer.add(second)
    quote = (
        await client.post("/cart/quote", json={"shipping_address": ADDRESS}, headers=buyer.headers)
    ).json()
    order = (await buyer.place()).json()

    assert order["totals"]["total"] == quote["totals"]["total"]
    assert [item["unit_price"] for item in order["items"]] == [item["unit_price"] for item in cart["items"]]
    assert (order["status"], order["payment_status"]) == ("pending", "unpaid")

    assert (await confirm(shop, order)).json()["status"] == "succeeded"
    paid = await buyer.wait_for(order, "paid")
    assert paid["status"] == "confirmed"
    mails = await eventually("the confirmation is sent", lambda: shop.mails(buyer.email))
    assert order["number"] in mails[0]["subject"]

    half = order["totals"]["total"]["amount"] // 2
    done = shop.command(
        "refund",
        order["number"],
        "--amount",
        f"{half / 100:.2f}",
        "--reason",
        "requested_by_customer",
        "--yes",
    )
    assert done.returncode == 0, done.stderr
    refunded = await buyer.wait_for(order, "partially_refunded")
    assert refunded["totals"]["refunded"]["amount"] == half

    async def told_twice() -> bool:
        return len(await shop.mails(buyer.email)) == 2

    await eventually("the refund is told", told_twice)
    async with shop.sandbox() as sandbox:
        ledger = (await sandbox.get("/_control/stripe/ledger")).json()
    mine = [row for row in ledger if row["metadata"].get("order_number") == order["number"]]
    assert [(row["kind"], row["amount"]) for row in mine] == [
        ("charge", order["totals"]["total"]["amount"]),
        ("refund", half),
    ]


async def test_a_customer_sees_their_own_orders_and_no_stranger_does(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    async def member(name: str) -> dict[str, str]:
        body = {"email": f"{name}-{id(client)}@example.com", "password": "correct horse battery"}
        assert (await client.post("/auth/register", json=body)).status_code == 201
        tokens = (await client.post("/auth/login", json=body)).json()
        return {"Authorization": f"Bearer {tokens['access_token']}"}

    ada, eve = await member("ada"), await member("eve")
    (sku,) = await shop.skus(1)
    assert (await client.get("/users/me", headers=ada)).json()["email"].startswith("ada")
    added = await client.post("/cart/items", json={"sku": sku, "quantity": 1}, headers=ada)
    assert added.status_code == 201, added.text
    address = (await client.post("/users/me/addresses", json=ADDRESS, headers=ada)).json()
    placed = await client.post(
        "/orders",
        json={
            "shipping_address_id": address["id"],
            "shipping_option_id": "standard",
            "payment_method": "stripe",
        },
        headers=ada,
    )
    assert placed.status_code == 201, placed.text
    order = placed.json()
    assert "order_token" not in order

    path = f"/orders/{order['number']}"
    mine = (await client.get("/orders", headers=ada)).json()
    assert [each["number"] for each in mine["results"]] == [order["number"]]
    assert (await client.get(path, headers=ada)).status_code == 200
    assert (await client.get(path, headers=eve)).status_code == 404
    assert (await client.get(path)).status_code == 404
    assert (await client.get("/orders")).status_code == 401

    await confirm(shop, order)

    async def is_paid() -> bool:
        return bool((await client.get(path, headers=ada)).json()["payment_status"] == "paid")

    await eventually("the order is paid", is_paid)
    refund = {"amount": {"amount": 100, "currency": "USD"}, "reason": "other", "restock": False}
    refunds = f"/admin/orders/{order['number']}/refunds"
    assert (await client.post(refunds, json=refund, headers=ada)).status_code == 403
    admin = await staff(shop, client)
    allowed = await client.post(refunds, json=refund, headers=admin)
    assert allowed.status_code == 201, allowed.text
    assert allowed.json()["amount"] == refund["amount"]
