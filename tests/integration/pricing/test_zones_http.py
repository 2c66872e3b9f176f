"""Tax and shipping zones through the door: what staff write, and what it does to the next cart."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.factories.shop import ShopFactory
from tests.integration.identity.identity_shop import bearer, register, settings_for, shop

pytestmark = pytest.mark.anyio
API = "/api/v1"
TAXES, SHIPPING = f"{API}/admin/tax-zones", f"{API}/admin/shipping-zones"
VAT = {"tax_class": "standard", "name": "VAT", "ppm": 190_000}
GERMANY: dict[str, Any] = {
    "name": "Germany",
    "areas": [{"country": "DE"}],
    "rates": [VAT],
    "shipping_taxed_as": "highest",
    "reverse_charge": True,
}
POST: dict[str, Any] = {
    "name": "Germany",
    "areas": [{"country": "DE"}],
    "methods": [
        {
            "code": "standard",
            "name": "Post",
            "measure": "flat",
            "steps": [{"price": {"amount": 500, "currency": "USD"}}],
        }
    ],
}
BERLIN = {
    "first_name": "Ada",
    "last_name": "L",
    "line1": "1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}


@dataclass
class Staffed:
    """A shop with somebody who may do everything; `client` is theirs."""

    factory: ShopFactory
    client: httpx.AsyncClient
    admin: dict[str, str]
    one_more: Callable[[], Awaitable[httpx.AsyncClient]]

    async def signed_in(self, *roles: str) -> dict[str, str]:
        email = f"{'-'.join(roles)}@example.com"
        await register(self.client, email)
        await self.factory.run("UPDATE account SET roles = $2 WHERE email = $1", email, list(roles))
        body = {"email": email, "password": "correct horse battery"}
        reply = await self.client.post(f"{API}/auth/login", json=body)
        return bearer(reply.json())

    async def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.client.request(method, path, json=body, headers=headers or self.admin)

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        reply = await self.ask("POST", path, body)
        assert reply.status_code == 201, reply.text
        zone: dict[str, Any] = reply.json()
        return zone

    async def audited(self) -> list[tuple[Any, ...]]:
        connection = await self.factory.connect()
        try:
            rows = await connection.fetch(
                "SELECT actor, action, target, before, after FROM audit_log"
                " WHERE action LIKE 'pricing.%' ORDER BY id"
            )
        finally:
            await connection.close()
        return [
            (row["actor"], row["action"], row["target"], *(_read(row[name]) for name in ("before", "after")))
            for row in rows
        ]


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)


@pytest.fixture
async def staffed(database_url: str) -> AsyncIterator[Staffed]:
    async with AsyncExitStack() as stack:

        async def one_more() -> httpx.AsyncClient:
            return await stack.enter_async_context(shop(settings_for(database_url)))

        here = Staffed(await ShopFactory(database_url).open(), await one_more(), {}, one_more)
        here.admin = await here.signed_in("admin")
        yield here


async def holding(client: httpx.AsyncClient, sku: str, **details: Any) -> dict[str, str]:
    """What holds a guest's cart with two of it."""
    body = {"sku": sku, "quantity": 2}
    added = await client.post(f"{API}/cart/items", json=body)
    assert added.status_code == 201, added.text
    held = {"X-Cart-Token": added.json()["token"]}
    if details:
        kept = await client.patch(f"{API}/cart", json=details, headers=held)
        assert kept.status_code == 200, kept.text
    return held


async def cart_quote(client: httpx.AsyncClient, sku: str, **details: Any) -> httpx.Response:
    """What a guest's cart with two of it costs in Berlin."""
    held = await holding(client, sku, **details)
    return await client.post(f"{API}/cart/quote", json={"shipping_address": BERLIN}, headers=held)


@pytest.mark.parametrize(("path", "body"), [(TAXES, GERMANY), (SHIPPING, POST)])
async def test_a_zone_lives_from_made_to_removed(staffed: Staffed, path: str, body: dict[str, Any]) -> None:
    made = await staffed.ask("POST", path, body)
    zone = made.json()
    at = f"{path}/{zone['id']}"
    assert (made.status_code, made.headers["etag"], made.headers["cache-control"]) == (201, '"1"', "no-store")
    assert UUID(zone["id"]).version == 7
    assert zone["areas"] == [{"country": "DE", "regions": [], "postal_ranges": []}]
    assert (await staffed.ask("GET", path)).json()["results"] == [zone]

    renamed = {**body, "name": "Deutschland"}
    unsaid = await staffed.ask("PUT", at, renamed)
    changed = await staffed.ask("PUT", at, renamed, {**staffed.admin, "If-Match": '"1"'})
    stale = await staffed.ask("PUT", at, body, {**staffed.admin, "If-Match": '"1"'})
    kept = await staffed.ask("DELETE", at, headers={**staffed.admin, "If-Match": '"1"'})
    assert [each.status_code for each in (unsaid, changed, stale, kept)] == [428, 200, 412, 412]
    assert (changed.headers["etag"], changed.json()["name"]) == ('"2"', "Deutschland")
    assert changed.json()["created_at"] == zone["created_at"] < changed.json()["updated_at"]

    gone = await staffed.ask("DELETE", at, headers={**staffed.admin, "If-Match": '"2"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await staffed.ask("GET", at)).status_code == 404

    kind = "tax_zone" if path == TAXES else "shipping_zone"
    entries = await staffed.audited()
    assert [each[1] for each in entries] == [
        f"pricing.{kind}_{what}" for what in ("created", "changed", "removed")
    ]
    assert {each[2] for each in entries} == {f"{kind}:{zone['id']}"}
    assert all(each[0].startswith("staff:") for each in entries)
    assert entries[0][3] is None
    assert entries[0][4]["name"] == "Germany"
    assert entries[1][3:] == ({"name": "Germany"}, {"name": "Deutschland"})
    assert entries[2][3]["name"] == "Deutschland"
    assert entries[2][4] is None


async def test_staff_do_no_more_than_they_may(staffed: Staffed) -> None:
    zone = await staffed.made(SHIPPING, POST)
    warehouse, support = await staffed.signed_in("warehouse"), await staffed.signed_in("support")
    at = f"{SHIPPING}/{zone['id']}"

    async def may(headers: dict[str, str], method: str, path: str) -> int:
        return (await staffed.ask(method, path, POST, {**headers, "If-Match": "*"})).status_code

    assert (await staffed.ask("GET", at, headers=warehouse)).status_code == 200
    for method, path in (("POST", SHIPPING), ("PUT", at), ("DELETE", at)):
        assert await may(warehouse, method, path) == 403
    for headers in (warehouse, support):
        assert (await staffed.ask("GET", TAXES, headers=headers)).status_code == 403
        assert await may(headers, "POST", TAXES) == 403
    assert (await staffed.ask("GET", at, headers=support)).status_code == 403
    assert (await staffed.client.get(at)).status_code == 401
    assert len(await staffed.audited()) == 1


async def test_an_order_keeps_why_it_is_not_taxed(staffed: Staffed) -> None:
    await staffed.made(TAXES, GERMANY)
    await staffed.made(SHIPPING, POST)
    product = await staffed.factory.product("Mug", price=10_000)
    kept = {}
    for vat_number in ("DE136695976", "FR40303265045", None):
        held = await holding(
            staffed.client,
            product.sku,
            email="ada@example.com",
            vat_number=vat_number,
            shipping_address=BERLIN,
            shipping_option_id="standard",
        )
        placed = await staffed.client.post(f"{API}/orders", json={"payment_method": "manual"}, headers=held)
        assert placed.status_code == 201, placed.text
        number, tax = placed.json()["number"], placed.json()["totals"]["tax"]["amount"]
        why = await staffed.factory.value("SELECT tax_exemption FROM sales_order WHERE number = $1", number)
        kept[vat_number] = (tax, why)
    assert kept == {
        "DE136695976": (0, "reverse-charge"),
        "FR40303265045": (3_895, None),
        None: (3_895, None),
    }


async def test_the_next_cart_anywhere_has_the_new_rules(staffed: Staffed) -> None:
    product = await staffed.factory.product(price=10_000)
    elsewhere = await staffed.one_more()
    before = (await cart_quote(elsewhere, product.sku)).json()
    assert before["totals"]["tax"]["amount"] == before["totals"]["shipping"]["amount"] == 0

    tax = await staffed.made(TAXES, GERMANY)
    await staffed.made(SHIPPING, POST)
    after = (await cart_quote(elsewhere, product.sku)).json()

    assert [(each["id"], each["name"], each["price"]["amount"]) for each in after["shipping_options"]] == [
        ("standard", "Post", 500)
    ]
    assert after["totals"]["tax"]["amount"] == 3_800 + 95
    assert after["totals"]["total"]["amount"] == 20_000 + 500 + 3_895

    more = {**GERMANY, "rates": [{**VAT, "ppm": 200_000}]}
    at = f"{TAXES}/{tax['id']}"
    assert (await staffed.ask("PUT", at, more, {**staffed.admin, "If-Match": '"1"'})).status_code == 200
    assert (await cart_quote(elsewhere, product.sku)).json()["totals"]["tax"]["amount"] == 4_000 + 100


async def test_a_business_abroad_pays_without_the_tax(staffed: Staffed) -> None:
    product = await staffed.factory.product(price=10_000)
    await staffed.made(TAXES, GERMANY)

    theirs = (await cart_quote(staffed.client, product.sku, vat_number="de 136 695 976")).json()
    others = (await cart_quote(staffed.client, product.sku, vat_number="FR40303265045")).json()

    assert theirs["totals"]["tax"]["amount"] == 0
    assert others["totals"]["tax"]["amount"] == 3_800


async def test_where_no_zone_is_nothing_ships(staffed: Staffed) -> None:
    product = await staffed.factory.product()
    await staffed.made(SHIPPING, {**POST, "areas": [{"country": "FR"}]})

    reply = await cart_quote(staffed.client, product.sku)

    assert (reply.status_code, reply.json()["code"]) == (422, "shipping-unavailable")


async def test_a_zone_that_can_not_be_read_does_not_stop_the_shop(staffed: Staffed) -> None:
    product = await staffed.factory.product()
    await staffed.factory.run(
        "INSERT INTO tax_zone (id, name, definition) VALUES (gen_random_uuid(), 'Odd', '{\"areas\": 7}')"
    )

    assert (await cart_quote(staffed.client, product.sku)).status_code == 200


async def test_of_many_who_draw_one_area_one_gets_it(staffed: Staffed) -> None:
    replies = await asyncio.gather(*(staffed.ask("POST", TAXES, GERMANY) for _ in range(8)))

    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7
    refused = next(reply for reply in replies if reply.status_code == 409).json()
    made = next(reply for reply in replies if reply.status_code == 201).json()
    assert (refused["code"], refused["pointer"], refused["zone_id"]) == ("area-taken", "/areas/0", made["id"])
    assert (await staffed.ask("GET", TAXES)).json()["count"] == 1
    assert len(await staffed.audited()) == 1


async def test_the_same_key_draws_one_zone(staffed: Staffed) -> None:
    headers = {**staffed.admin, "Idempotency-Key": "zone-1"}

    replies = [await staffed.ask("POST", TAXES, GERMANY, headers) for _ in range(2)]

    assert replies[0].content == replies[1].content
    assert replies[1].headers["idempotent-replayed"] == "true"
    assert (await staffed.ask("GET", TAXES)).json()["count"] == 1


async def test_a_call_repeated_after_a_crash_finds_its_zone(staffed: Staffed) -> None:
    headers = {**staffed.admin, "Idempotency-Key": "zone-1"}
    first = await staffed.ask("POST", TAXES, GERMANY, headers)
    # As if the process had died between the commit and the keeping of its answer.
    await staffed.factory.run(
        "UPDATE idempotency_key SET answer = NULL, claimed_at = now() - interval '61 seconds'"
    )

    again = await staffed.ask("POST", TAXES, GERMANY, headers)

    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotent-replayed" not in again.headers
    assert len(await staffed.audited()) == 1


def area(**said: Any) -> dict[str, Any]:
    return {**GERMANY, "areas": [{"country": "DE", **said}]}


def method(**said: Any) -> dict[str, Any]:
    return {**POST, "methods": [{**POST["methods"][0], **said}]}


BAD: list[tuple[str, dict[str, Any], str]] = [
    (TAXES, {**GERMANY, "colour": "red"}, "/colour"),
    (TAXES, {**GERMANY, "id": "01940000-0000-7000-8000-000000000001"}, "/id"),
    (TAXES, {**GERMANY, "areas": []}, "/areas"),
    (TAXES, {**GERMANY, "areas": [{"country": "DE"}] * 51}, "/areas"),
    (TAXES, {**GERMANY, "areas": None}, "/areas"),
    (TAXES, area(country="XX"), "/areas/0/country"),
    (TAXES, area(country="D\0"), "/areas/0/country"),
    (TAXES, area(city="Berlin"), "/areas/0/city"),
    (TAXES, area(regions=["CA"]), "/areas/0/regions/0"),
    (TAXES, area(regions="BE"), "/areas/0/regions"),
    (TAXES, area(regions=["BE"] * 101), "/areas/0/regions"),
    (TAXES, area(postal_ranges=[{"first": "9"}]), "/areas/0/postal_ranges/0/last"),
    (TAXES, area(postal_ranges=[{"first": "9", "last": "1"}]), "/areas/0/postal_ranges/0/last"),
    (TAXES, area(postal_ranges=[{"first": "'; --", "last": "x"}]), "/areas/0/postal_ranges/0/first"),
    (TAXES, area(postal_ranges=[{"first": "1", "last": "2"}] * 501), "/areas/0/postal_ranges"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "ppm": 1_000_001}]}, "/rates/0/ppm"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "ppm": 10**30}]}, "/rates/0/ppm"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "ppm": "190000"}]}, "/rates/0/ppm"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "rate": 19}]}, "/rates/0/rate"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "tax_class": "highest"}]}, "/rates/0/tax_class"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "tax_class": "standard\n"}]}, "/rates/0/tax_class"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "name": "\u2028"}]}, "/rates/0/name"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "compound": True}]}, "/rates/0/compound"),
    (TAXES, {**GERMANY, "rates": [{**VAT, "name": f"{n}"} for n in range(11)]}, "/rates/10"),
    (TAXES, {**GERMANY, "shipping_taxed_as": "reduced"}, "/shipping_taxed_as"),
    (TAXES, {**GERMANY, "name": "4111 1111 1111 1111"}, "/name"),
    (SHIPPING, method(code="Standard Post"), "/methods/0/code"),
    (SHIPPING, method(measure="distance"), "/methods/0/measure"),
    (SHIPPING, method(steps=[]), "/methods/0/steps"),
    (SHIPPING, method(steps=[{"price": 500}]), "/methods/0/steps/0/price"),
    (
        SHIPPING,
        method(steps=[{"price": {"amount": 1, "currency": "ZZZ"}}]),
        "/methods/0/steps/0/price/currency",
    ),
    (
        SHIPPING,
        method(steps=[{"start": 5, "price": {"amount": 1, "currency": "USD"}}]),
        "/methods/0/steps/0/start",
    ),
    (
        SHIPPING,
        method(steps=[{"price": {"amount": -1, "currency": "USD"}}]),
        "/methods/0/steps/0/price/amount",
    ),
    (
        SHIPPING,
        method(steps=[{"price": {"amount": 10**10, "currency": "USD"}}]),
        "/methods/0/steps/0/price/amount",
    ),
    (
        SHIPPING,
        method(free_from=[{"amount": 1, "currency": "EUR"}]),
        "/methods/0/free_from/0/currency",
    ),
    (SHIPPING, method(max_sides_mm=[1, 2]), "/methods/0/max_sides_mm"),
    (SHIPPING, method(min_days=9, max_days=1), "/methods/0/max_days"),
    (SHIPPING, method(min_weight_grams=9, max_weight_grams=1), "/methods/0/max_weight_grams"),
    (SHIPPING, {**POST, "methods": POST["methods"] * 2}, "/methods/1/code"),
    (SHIPPING, {**POST, "methods": POST["methods"] * 51}, "/methods"),
]


async def test_what_is_wrong_is_told_where_it_is_and_nothing_is_kept(staffed: Staffed) -> None:
    for path, body, pointer in BAD:
        reply = await staffed.ask("POST", path, body)
        assert (reply.status_code, reply.json()["code"]) == (422, "validation-failed"), (pointer, reply.text)
        assert pointer in {fault["pointer"] for fault in reply.json()["errors"]}, reply.text
    for path in (TAXES, SHIPPING):
        assert (await staffed.ask("GET", path)).json()["count"] == 0
    assert await staffed.audited() == []


async def test_the_largest_zone_there_can_be_is_kept_and_priced(staffed: Staffed) -> None:
    product = await staffed.factory.product(price=10_000)
    ranges = [{"first": f"{n:05}", "last": f"{n:05}"} for n in range(10_000, 10_500)]
    areas = [{"country": "DE", "regions": [land], "postal_ranges": ranges} for land in ("BE", "BB")]
    rates = [
        {"tax_class": tax_class, "name": f"Rate {n}", "ppm": 1_000_000, "compound": n > 0}
        for tax_class in ("standard", *(f"class-{n}" for n in range(9)))
        for n in range(10)
    ]
    await staffed.made(TAXES, {**GERMANY, "areas": [*areas, {"country": "DE"}], "rates": rates})

    reply = await cart_quote(staffed.client, product.sku)

    assert reply.status_code == 200, reply.text
    assert reply.json()["totals"]["tax"]["amount"] == 20_000 * (2**10 - 1)
