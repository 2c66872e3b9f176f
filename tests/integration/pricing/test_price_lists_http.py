"""Price lists over HTTP: what staff define, and what a cart then costs."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from tests.factories.cart_shop import CartShop, Guest, cart_shop
from tests.factories.shop import Product

pytestmark = pytest.mark.anyio
LISTS = "/admin/price-lists"


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[CartShop]:
    async with cart_shop(database_url, STORE_TIME_ZONE="Europe/Berlin") as opened:
        yield opened


@pytest.fixture
async def staff(shop: CartShop) -> Guest:
    return await shop.person("catalog")


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


async def made(staff: Guest, **definition: Any) -> tuple[str, str]:
    """The list's path and its ETag."""
    reply = await staff.ask("POST", LISTS, {"name": "Sale", "currency": "USD", **definition})
    assert reply.status_code == 201, reply.text
    return f"{LISTS}/{reply.json()['id']}", reply.headers["ETag"]


async def put(staff: Guest, path: str, etag: str, *prices: dict[str, Any]) -> httpx.Response:
    return await staff.ask("PUT", f"{path}/prices", {"prices": prices}, If_Match=etag)


def price(product: Product, amount: int, least: int = 1, currency: str = "USD") -> dict[str, Any]:
    return {
        "variant_id": str(product.variant_id),
        "min_quantity": least,
        "amount": {"amount": amount, "currency": currency},
    }


async def test_a_list_gives_another_price_at_once(shop: CartShop, staff: Guest) -> None:
    mug, guest = await shop.products.product(price=1_000, stock=50), shop.guest()
    await guest.add(mug.sku)
    path, etag = await made(staff)

    reply = await put(staff, path, etag, price(mug, 900), price(mug, 700, 10))
    assert (reply.status_code, reply.json()) == (200, {"changed": 2})
    cart = await guest.cart()

    assert cart["items"][0]["unit_price"] == usd(900)
    assert [warning["code"] for warning in cart["items"][0]["warnings"]] == ["price-changed"]
    cart = await guest.add(mug.sku, 9)
    assert (cart["items"][0]["unit_price"], cart["items"][0]["warnings"]) == (usd(700), [])
    assert cart["totals"]["subtotal"] == usd(7_000)

    off = {"name": "Sale", "currency": "USD", "enabled": False}
    disabled = await staff.ask("PUT", path, off, If_Match=reply.headers["ETag"])
    assert disabled.status_code == 200, disabled.text
    assert (await guest.cart())["items"][0]["unit_price"] == usd(1_000)


async def test_a_list_for_a_group_is_for_those_who_are_in_it(shop: CartShop, staff: Guest) -> None:
    mug, guest, clerk = await shop.products.product(), shop.guest(), await shop.person("support")
    path, etag = await made(staff, customer_groups=["trade"])
    await put(staff, path, etag, price(mug, 600))
    await guest.add(mug.sku, 2)
    assert (await guest.cart())["items"][0]["unit_price"] == usd(1_000)

    buyer = await shop.person(guest=guest)
    groups = f"/admin/customers/{buyer.headers['X-Account']}/groups"
    before = await clerk.ask("GET", groups)
    reply = await clerk.ask("PUT", groups, {"groups": ["trade"]}, If_Match=before.headers["ETag"])
    assert (reply.status_code, reply.json()["groups"]) == (200, ["trade"])

    assert (await buyer.cart())["items"][0]["unit_price"] == usd(600)
    stale = await clerk.ask("PUT", groups, {"groups": []}, If_Match=before.headers["ETag"])
    assert stale.status_code == 412
    assert (await clerk.ask("PUT", groups, {"groups": []})).status_code == 428
    for bad in ({"groups": ["Trade"]}, {"groups": None}, {}, {"groups": ["a"] * 51}, {"groups": [], "x": 1}):
        assert (await clerk.ask("PUT", groups, bad, If_Match="*")).status_code == 422
    unknown = await clerk.ask("PUT", f"/admin/customers/{uuid4()}/groups", {"groups": []}, If_Match="*")
    assert unknown.status_code == 404
    assert (await staff.ask("PUT", groups, {"groups": []}, If_Match="*")).status_code == 403
    assert (await buyer.ask("GET", groups)).status_code == 403
    assert (await shop.guest().ask("GET", groups)).status_code == 401


async def test_times_are_the_stores_and_shown_in_utc(shop: CartShop, staff: Guest) -> None:
    path, etag = await made(staff, starts_at="2026-07-01T00:00:00", ends_at="2026-07-01T12:00:00+09:00")

    shown = await staff.ask("GET", path)

    assert shown.headers["ETag"] == etag
    assert shown.json()["starts_at"] == "2026-06-30T22:00:00Z"
    assert shown.json()["ends_at"] == "2026-07-01T03:00:00Z"


async def test_the_lists_version_moves_with_its_prices(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product()
    path, etag = await made(staff)
    assert (await put(staff, path, etag, price(mug, 900))).headers["ETag"] == '"2"'

    assert (await put(staff, path, etag, price(mug, 800))).status_code == 412
    same = await put(staff, path, '"2"', price(mug, 900))
    assert (same.headers["ETag"], same.json()) == ('"2"', {"changed": 0})
    assert (await staff.ask("PUT", f"{path}/prices", {"prices": [price(mug, 1)]})).status_code == 428
    listed = (await staff.ask("GET", f"{path}/prices")).json()
    assert listed["results"] == [
        {"variant_id": str(mug.variant_id), "sku": mug.sku, "min_quantity": 1, "amount": usd(900)}
    ]

    entries = await shop.promotions.rows(
        "SELECT action, target, before, after FROM audit_log WHERE action LIKE 'pricing.%' ORDER BY id"
    )
    assert [row["action"] for row in entries] == [
        "pricing.price_list_created",
        "pricing.price_list_prices_changed",
    ]
    assert entries[1]["target"] == f"price_list:{path.rpartition('/')[2]}"
    assert msgspec.json.decode(entries[1]["after"]) == {
        "prices": [{"variant_id": str(mug.variant_id), "min_quantity": 1, "amount": 900}]
    }


async def test_prices_are_removed_one_by_one_or_all_of_a_variant(shop: CartShop, staff: Guest) -> None:
    mug, cup = await shop.products.product(), await shop.products.product("Cup")
    path, etag = await made(staff)
    await put(staff, path, etag, *(price(mug, 900 - least, least) for least in (1, 5, 9)), price(cup, 1))
    at = f"{path}/prices/{mug.variant_id}"

    one = await staff.ask("DELETE", f"{at}?min_quantity=5", If_Match='"2"')
    assert (one.status_code, one.headers["ETag"], one.content) == (204, '"3"', b"")
    assert (await staff.ask("DELETE", f"{at}?min_quantity=5", If_Match='"3"')).status_code == 404
    assert (await staff.ask("DELETE", at)).status_code == 428
    assert (await staff.ask("DELETE", at, If_Match='"3"')).status_code == 204
    assert (await staff.ask("DELETE", at, If_Match="*")).status_code == 404
    left = (await staff.ask("GET", f"{path}/prices")).json()["results"]
    assert [each["sku"] for each in left] == [cup.sku]

    assert (await staff.ask("DELETE", path, If_Match='"4"')).status_code == 204
    assert (await staff.ask("GET", f"{path}/prices")).status_code == 404
    assert await shop.products.value("SELECT count(*) FROM price_list_entry") == 0


async def test_prices_are_listed_page_by_page(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product()
    path, etag = await made(staff)
    await put(staff, path, etag, *(price(mug, least, least) for least in range(1, 8)))

    seen: list[int] = []
    where = f"{path}/prices?page_size=3"
    while where:
        page = (await staff.ask("GET", where)).json()
        assert page["count"] == 7
        seen += [each["min_quantity"] for each in page["results"]]
        where, back = page["next"], page["previous"]
    assert seen == list(range(1, 8))
    before = (await staff.ask("GET", back)).json()
    assert [each["min_quantity"] for each in before["results"]] == [4, 5, 6]
    third = (await staff.ask("GET", f"{path}/prices?page_size=3&page=3")).json()
    assert [each["min_quantity"] for each in third["results"]] == [7]
    other, _ = await made(staff)
    cursor = before["next"].rpartition("cursor=")[2]
    for query in ("page=0", "page_size=101", "page=9999", "x=1", f"cursor={cursor}"):
        assert (await staff.ask("GET", f"{other}/prices?{query}")).status_code == 422


async def test_every_fault_is_told_and_nothing_written(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product()
    path, etag = await made(staff)
    stranger = str(uuid4())

    reply = await put(
        staff,
        path,
        etag,
        price(mug, 900),
        {"variant_id": stranger, "amount": usd(1)},
        {"sku": "NO-SUCH", "amount": usd(1)},
        {"sku": mug.sku, "amount": usd(1)},
        price(mug, 1, 2, "EUR"),
    )

    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [
        "/prices/3",
        "/prices/4/amount/currency",
    ]
    assert await shop.products.value("SELECT count(*) FROM price_list_entry") == 0


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"prices": []},
        {"prices": [{}]},
        {"prices": [{"sku": "A"}]},
        {"prices": [{"amount": {"amount": 1, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "variant_id": str(uuid4()), "amount": {"amount": 1, "currency": "USD"}}]},
        {"prices": [{"sku": "A\0", "amount": {"amount": 1, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "amount": 1}]},
        {"prices": [{"sku": "A", "amount": {"amount": -1, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "amount": {"amount": 1.5, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "amount": {"amount": "1", "currency": "USD"}}]},
        {"prices": [{"sku": "A", "amount": {"amount": 10**30, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "amount": {"amount": 10**10 + 1, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "min_quantity": 0, "amount": {"amount": 1, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "min_quantity": 1000, "amount": {"amount": 1, "currency": "USD"}}]},
        {"prices": [{"sku": "A", "amount": {"amount": 1, "currency": "USD"}}] * 1_001},
        {"prices": [], "name": "x"},
    ],
)
async def test_what_is_malformed_is_refused(shop: CartShop, staff: Guest, bad: dict[str, Any]) -> None:
    path, etag = await made(staff)

    reply = await staff.ask("PUT", f"{path}/prices", bad, If_Match=etag)

    assert reply.status_code == 422, reply.text
    assert (await staff.ask("GET", path)).headers["ETag"] == etag


async def test_a_thousand_prices_at_once_are_few_statements(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product()
    await shop.products.run(
        "INSERT INTO variant (id, product_id, sku, name)"
        " SELECT gen_random_uuid(), $1, 'BULK-' || n, '' FROM generate_series(1, 1000) AS n",
        mug.id,
    )
    path, etag = await made(staff)
    prices = [{"sku": f"BULK-{number}", "amount": usd(number)} for number in range(1, 1_001)]
    await shop.counted.statements.settle()
    shop.counted.statements.forget()

    reply = await put(staff, path, etag, *prices)

    assert reply.json() == {"changed": 1_000}
    await shop.counted.statements.settle()
    assert len(shop.counted.statements.seen) <= 10, shop.counted.statements.seen


async def test_a_list_with_prices_keeps_its_currency(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product()
    path, etag = await made(staff)
    await put(staff, path, etag, price(mug, 900))

    reply = await staff.ask("PUT", path, {"name": "Sale", "currency": "EUR"}, If_Match='"2"')

    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    unknown = await staff.ask("PUT", path, {"name": "Sale", "currency": "CHF"}, If_Match='"2"')
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/currency"]


async def test_only_who_may_write_prices_does(shop: CartShop, staff: Guest) -> None:
    mug, reader, guest = await shop.products.product(), await shop.person("warehouse"), shop.guest()
    path, _ = await made(staff)

    for who, status in ((guest, 401), (await shop.person(), 403), (reader, 403)):
        body = {"prices": [price(mug, 1)]}
        assert (await who.ask("PUT", f"{path}/prices", body, If_Match="*")).status_code == status
        assert (await who.ask("DELETE", f"{path}/prices/{uuid4()}", If_Match="*")).status_code == status
        assert (await who.ask("POST", LISTS, {"name": "x", "currency": "USD"})).status_code == status
    assert (await reader.ask("GET", f"{path}/prices")).status_code == 200
    assert (await guest.ask("GET", f"{path}/prices")).status_code == 401


async def test_a_repeated_change_is_one(shop: CartShop, staff: Guest) -> None:
    mug = await shop.products.product()
    path, etag = await made(staff)
    body = {"prices": [price(mug, 900)]}

    first = await staff.ask("PUT", f"{path}/prices", body, If_Match=etag, Idempotency_Key="a")
    again = await staff.ask("PUT", f"{path}/prices", body, If_Match=etag, Idempotency_Key="a")

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotent-Replayed"] == "true"
