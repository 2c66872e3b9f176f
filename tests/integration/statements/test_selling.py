"""How many statements a sale takes, BEGIN and COMMIT included: a new one is a decision, not an accident."""

from collections.abc import AsyncIterator

import pytest

from tests.factories.counted_shop import CountedShop, counted_shop
from tests.factories.shop import ShopFactory

pytestmark = pytest.mark.anyio

SHIP = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[CountedShop]:
    async with counted_shop(database_url) as opened:
        yield opened


async def test_a_sale_takes_few_statements(shop: CountedShop, database_url: str) -> None:
    factory = await ShopFactory(database_url).open()
    mug, cup = await factory.product(), await factory.product()
    client, count = shop.client, shop.statements
    await client.get("/cart", headers={"X-Cart-Token": "warm"})  # connections are made and known

    async def step(method: str, path: str, **options: object) -> tuple[int, dict[str, object]]:
        await count.settle()
        count.forget()
        reply = await client.request(method, path, **options)  # type: ignore[arg-type]
        assert reply.status_code < 300, reply.text
        await count.settle()
        return len(count.seen), reply.json()

    taken, cart = await step("POST", "/cart/items", json={"sku": mug.sku, "quantity": 1})
    assert taken <= 2, [each[:60] for each in count.seen]
    hold = {"X-Cart-Token": str(cart["token"])}
    taken, _ = await step("POST", "/cart/items", json={"sku": cup.sku, "quantity": 2}, headers=hold)
    assert taken <= 2, [each[:60] for each in count.seen]
    taken, _ = await step("GET", "/cart", headers=hold)
    assert taken == 1, count.seen
    taken, _ = await step("POST", "/cart/quote", json={"shipping_address": SHIP}, headers=hold)
    assert taken == 1, count.seen
    body = {
        "email": "ada@example.com",
        "shipping_address": SHIP,
        "shipping_option_id": "standard",
        "payment_method": "stripe",
    }
    taken, order = await step("POST", "/orders", json=body, headers=hold)
    assert taken <= 8, count.seen
    key = {"X-Order-Token": str(order["order_token"])}
    taken, _ = await step("GET", f"/orders/{order['number']}", headers=key)
    assert taken == 1, count.seen
