"""Base prices over HTTP: staff set them, and the catalogue follows."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ecommerce.application.catalog.products import CatalogueIndex
from tests.factories.cart_shop import CartShop, Guest, cart_shop
from tests.factories.shop import Product

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[CartShop]:
    async with cart_shop(database_url) as opened:
        yield opened


@pytest.fixture
async def staff(shop: CartShop) -> Guest:
    return await shop.person("catalog")


def price(amount: int, compare_at: int | None = None, currency: str = "USD") -> dict[str, Any]:
    wanted: dict[str, Any] = {"amount": {"amount": amount, "currency": currency}}
    if compare_at is not None:
        wanted["compare_at"] = {"amount": compare_at, "currency": currency}
    return wanted


async def put(staff: Guest, product: Product, etag: str, *prices: dict[str, Any]) -> httpx.Response:
    path = f"/admin/variants/{product.variant_id}/prices"
    return await staff.ask("PUT", path, {"prices": prices}, If_Match=etag)


async def verified(shop: CartShop) -> int:
    index: CatalogueIndex = await shop.counted.container.get(CatalogueIndex)
    return await index.verify()


async def test_the_catalogue_follows(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product("Mug", 1_000)
    path = f"/admin/variants/{mug.variant_id}/prices"
    before = await staff.ask("GET", path)
    assert before.json() == {
        "variant_id": str(mug.variant_id),
        "sku": mug.sku,
        "prices": [
            {"amount": {"amount": 1_000, "currency": "USD"}, "compare_at": None, "lowest_price_30d": None}
        ],
    }

    reply = await put(staff, mug, before.headers["ETag"], price(800, 1_000), price(70_000, currency="JPY"))
    assert reply.status_code == 200, reply.text

    shown = (await shop.client.get(f"/products/{mug.slug}")).json()
    assert (shown["price_min"]["amount"], shown["compare_at_price"]["amount"]) == (800, 1_000)
    assert shown["lowest_price_30d"]["amount"] == 1_000
    assert shown["variants"][0]["price"] == {"amount": 800, "currency": "USD"}
    listed = (await shop.client.get("/products?currency=JPY&price_max=70000")).json()
    assert [each["price_min"]["amount"] for each in listed["results"]] == [70_000]
    assert await verified(shop) == 0
    cart = await shop.guest().add(mug.sku)
    assert cart["totals"]["subtotal"]["amount"] == 800

    gone = await put(staff, mug, reply.headers["ETag"], price(900, currency="EUR"))
    assert gone.status_code == 200
    assert (await shop.client.get(f"/products/{mug.slug}")).status_code == 404
    assert (await shop.client.get(f"/products/{mug.slug}?currency=EUR")).status_code == 200
    assert await verified(shop) == 0
    audited = "SELECT count(*) FROM audit_log WHERE action LIKE 'catalog.%'"
    assert await shop.products.value(audited) == 2


async def test_who_may_not_or_was_late_changes_nothing(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product("Mug", 1_000)
    path = f"/admin/variants/{mug.variant_id}/prices"
    stale = (await staff.ask("GET", path)).headers["ETag"]
    fresh = (await put(staff, mug, stale, price(900))).headers["ETag"]
    assert (await put(staff, mug, stale, price(1))).status_code == 412
    assert (await staff.ask("PUT", path, {"prices": []})).status_code == 428
    reader = await shop.person("warehouse")
    assert (await put(reader, mug, "*", price(1))).status_code == 403
    assert (await reader.ask("GET", path)).status_code == 200
    assert (await put(await shop.person(), mug, "*", price(1))).status_code == 403
    assert (await put(shop.guest(), mug, "*", price(1))).status_code == 401
    unknown = f"/admin/variants/{uuid4()}/prices"
    assert (await staff.ask("GET", unknown)).status_code == 404
    assert (await staff.ask("PUT", unknown, {"prices": []}, If_Match="*")).status_code == 404

    assert (await staff.ask("GET", path)).headers["ETag"] == fresh


@pytest.mark.parametrize(
    ("prices", "pointer"),
    [
        ([price(1, currency="CHF")], "/prices/0/amount/currency"),
        ([price(1), price(2)], "/prices/1/amount/currency"),
        ([price(5, 5)], "/prices/0/compare_at/amount"),
        ([{**price(1), "compare_at": {"amount": 2, "currency": "EUR"}}], "/prices/0/compare_at/currency"),
        ([price(-1)], "/prices/0/amount/amount"),
        ([price(10**10 + 1)], "/prices/0/amount/amount"),
        ([{"amount": {"amount": 1.5, "currency": "USD"}}], "/prices/0/amount/amount"),
        ([{"amount": 5}], "/prices/0/amount"),
        ([{}], "/prices/0/amount"),
        ([{**price(1), "lowest_price_30d": None}], "/prices/0/lowest_price_30d"),
        (None, "/prices"),
    ],
)
async def test_what_cannot_be_is_refused(shop: CartShop, staff: Guest, prices: Any, pointer: str) -> None:
    mug = await shop.products.product("Mug", 1_000)

    reply = await staff.ask(
        "PUT", f"/admin/variants/{mug.variant_id}/prices", {"prices": prices}, If_Match="*"
    )

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await shop.products.value("SELECT amount FROM variant_price") == 1_000
