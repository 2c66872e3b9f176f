"""What a promotion would have made of the last orders."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories.promotion_desk import READER, STAFF, TEN_OFF, Desk, open_desk
from tests.factories.shop import Product, ShopFactory

pytestmark = pytest.mark.anyio
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url, STORE_MAX_UNPAID_ORDERS="1000") as opened:
        yield opened


@pytest.fixture
async def products(database_url: str) -> list[Product]:
    shop = await ShopFactory(database_url).open()
    return [await shop.product(price=1_000, stock=100), await shop.product(price=3_000)]


async def order(desk: Desk, *lines: tuple[Product, int], code: str | None = None) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for product, quantity in lines:
        body = {"sku": product.sku, "quantity": quantity}
        added = await desk.client.post("/cart/items", json=body, headers=headers)
        headers = {"X-Cart-Token": added.headers.get("X-Cart-Token") or headers["X-Cart-Token"]}
    if code is not None:
        held = await desk.client.post("/cart/coupons", json={"code": code}, headers=headers)
        assert held.status_code == 200, held.text
    body = {"email": "ada@example.com", "shipping_address": ADDRESS, "shipping_option_id": "standard"}
    placed = await desk.client.post("/orders", json={**body, "payment_method": "manual"}, headers=headers)
    assert placed.status_code == 201, placed.text
    shown: dict[str, Any] = placed.json()
    return shown


async def simulate(desk: Desk, promotion: dict[str, Any], **body: Any) -> httpx.Response:
    path = f"/admin/promotions/{promotion['id']}/simulate"
    return await desk.client.post(path, json=body or None, headers=READER)


async def test_the_last_orders_are_priced_with_it(desk: Desk, products: list[Product]) -> None:
    cheap, dear = products
    first = await order(desk, (cheap, 2))
    second = await order(desk, (cheap, 1), (dear, 1))
    target = {"products": [str(dear.id)]}
    promotion = await desk.promotion(enabled=False, benefit={**TEN_OFF, "target": target})

    reply = await simulate(desk, promotion)

    assert reply.status_code == 200, reply.text
    told = reply.json()
    before = first["totals"]["total"]["amount"] + second["totals"]["total"]["amount"]
    assert (told["orders"], told["affected"], told["skipped"]) == (2, 1, 0)
    (totals,) = told["by_currency"]
    assert (totals["currency"], totals["orders"], totals["affected"]) == ("USD", 2, 1)
    assert totals["total_before"]["amount"] == before
    assert totals["total_after"]["amount"] == before - 300
    assert totals["discount"]["amount"] == 300
    total = second["totals"]["total"]["amount"]
    assert [
        (each["number"], each["before"]["amount"], each["after"]["amount"]) for each in told["samples"]
    ] == [(second["number"], total, total - 300)]
    assert await desk.factory.rows("SELECT FROM promotion_redemption") == []


async def test_what_applied_to_an_order_goes_on_applying(desk: Desk, products: list[Product]) -> None:
    cheap, dear = products
    target = {"variants": [str(dear.variant_id)]}
    applied = await desk.promotion(benefit={**TEN_OFF, "target": target}, group="sale", priority=1)
    placed = await order(desk, (cheap, 1), (dear, 1))
    assert placed["totals"]["discount"]["amount"] == 300
    rival = await desk.promotion(benefit={**TEN_OFF, "ppm": 200_000}, group="sale")
    beside = await desk.promotion(benefit=TEN_OFF)

    async def discount(promotion: dict[str, Any]) -> int:
        return int((await simulate(desk, promotion)).json()["by_currency"][0]["discount"]["amount"])

    assert await discount(applied) == 0
    assert await discount(rival) == 800 - 300  # the better one of the group instead
    assert await discount(beside) == (4_000 - 300) // 10


async def test_codes_dates_limits_and_ended_orders_do_not_count(desk: Desk, products: list[Product]) -> None:
    cheap, _ = products
    cancelled = await order(desk, (cheap, 5))
    await order(desk, (cheap, 1))
    headers = {"X-Order-Token": cancelled["order_token"]}
    assert (
        await desk.client.post(f"/orders/{cancelled['number']}/cancel", headers=headers)
    ).status_code == 200
    promotion = await desk.promotion(
        by_code=True, ends_at="2020-01-01T00:00:00Z", max_uses=1, budget={"amount": 100, "currency": "USD"}
    )
    other_money = await desk.promotion(budget={"amount": 100, "currency": "EUR"})

    told = (await simulate(desk, promotion, orders=1_000)).json()
    untouched = (await simulate(desk, other_money)).json()

    assert (told["orders"], told["affected"]) == (1, 1)
    assert (untouched["orders"], untouched["affected"]) == (1, 0)


async def test_as_many_as_are_asked_for_and_can_be_priced(desk: Desk, products: list[Product]) -> None:
    cheap, _ = products
    numbers = [(await order(desk, (cheap, 1)))["number"] for _ in range(23)]
    promotion = await desk.promotion()

    assert (await simulate(desk, promotion, orders=2)).json()["orders"] == 2
    told = (await simulate(desk, promotion)).json()
    assert (told["orders"], len(told["samples"])) == (23, 10)
    assert [each["number"] for each in told["samples"]] == numbers[::-1][:10]
    await desk.factory.run("UPDATE sales_order SET pricing_engine = '0' WHERE number = $1", numbers[0])
    try:
        assert (await simulate(desk, promotion)).json()["skipped"] == 1
    finally:
        await desk.factory.run("UPDATE sales_order SET pricing_engine = '1' WHERE number = $1", numbers[0])


async def test_who_may_simulate_what(desk: Desk) -> None:
    promotion = await desk.promotion()
    path = f"/admin/promotions/{promotion['id']}/simulate"

    assert (await simulate(desk, promotion)).json()["by_currency"] == []
    for orders in (0, 1_001):
        assert (await simulate(desk, promotion, orders=orders)).status_code == 422
    assert (await desk.client.post(path, headers={"Authorization": "Bearer orders:read"})).status_code == 403
    missing = await desk.client.post(f"/admin/promotions/{uuid4()}/simulate", headers=STAFF)
    assert missing.status_code == 404


async def test_lines_keep_each_their_own_taxes(desk: Desk, products: list[Product]) -> None:
    """Two rates, one, and none: as many lists as lines, however long each is."""
    cheap, dear = products
    await desk.factory.run("UPDATE product SET tax_class = 'reduced' WHERE id = $1", dear.id)
    rates = [
        {"tax_class": "standard", "name": "State", "ppm": 60_000},
        {"tax_class": "standard", "name": "City", "ppm": 20_000},
        {"tax_class": "reduced", "name": "State", "ppm": 30_000},
    ]
    zone = {"name": "Britain", "areas": [{"country": "GB"}], "rates": rates}
    headers = {"Authorization": "Bearer tax:write"}
    made = await desk.client.post("/admin/tax-zones", json=zone, headers=headers)
    assert made.status_code == 201, made.text

    await order(desk, (cheap, 1), (dear, 1))

    rows = await desk.factory.rows("SELECT taxes FROM order_line ORDER BY position")
    kept = [[(tax["name"], tax["amount"]) for tax in json.loads(row["taxes"])] for row in rows]
    assert kept == [[("State", 60), ("City", 20)], [("State", 90)]]


async def test_an_order_keeps_what_it_used(desk: Desk, products: list[Product]) -> None:
    """And what was told of a promotion before is what it does."""
    cheap, _ = products
    promotion = await desk.promotion(by_code=True, max_uses=1, per_customer=1)
    path = f"/admin/promotions/{promotion['id']}/codes"
    await desk.client.post(path, json={"code": "SUMMER10"}, headers=STAFF)

    placed = await order(desk, (cheap, 1), code="summer-10")

    assert placed["totals"]["discount"]["amount"] == 100
    shown = await desk.show(promotion["id"])
    assert (shown["used"], shown["spent"]) == (1, [{"amount": 100, "currency": "USD"}])
