"""Carts over HTTP: currencies, codes, explanations, what is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from ecommerce.application.orders.expire_orders import ExpireOrdersHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from tests.factories.cart_shop import ADDRESS, CartShop, Guest, cart_shop
from tests.factories.shop import Product

pytestmark = pytest.mark.anyio
VAT = "DE136695976"
PLACING = {"shipping_address": ADDRESS, "shipping_option_id": "standard", "payment_method": "manual"}


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[CartShop]:
    async with cart_shop(database_url) as opened:
        yield opened


@pytest.fixture
async def mug(shop: CartShop) -> Product:
    mug = await shop.products.product("Mug", 1_000, 20)
    await shop.products.price(mug, "EUR", 900)
    return mug


async def holding(shop: CartShop, mug: Product, quantity: int = 2) -> Guest:
    guest = shop.guest()
    await guest.add(mug.sku, quantity)
    return guest


async def test_a_cart_is_priced_in_another_currency(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    await shop.code("TEN")
    await guest.ask("PATCH", "/cart", {"email": "ada@example.com", "vat_number": VAT})
    await guest.ask("POST", "/cart/coupons", {"code": "ten"})

    reply = await guest.ask("PUT", "/cart/currency", {"currency": "EUR"})
    cart = reply.json()

    assert (reply.status_code, cart["currency"]) == (200, "EUR")
    assert cart["items"][0]["unit_price"] == {"amount": 900, "currency": "EUR"}
    assert cart["items"][0]["warnings"] == []
    assert cart["totals"]["discount"] == {"amount": 180, "currency": "EUR"}
    assert cart["coupons"] == [{"code": "ten", "applied": True, "reason": None}]
    assert (cart["checkout"]["email"], cart["checkout"]["vat_number"]) == ("ada@example.com", VAT)
    shown = await guest.cart()
    assert shown == {**cart, "updated_at": shown["updated_at"]}


async def test_what_has_no_price_in_a_currency_is_named(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    others = [await shop.products.product(name) for name in ("Cup", "Tea")]
    for other in others:
        await guest.add(other.sku)
    before = await guest.ask("GET", "/cart")

    reply = await guest.ask("PUT", "/cart/currency", {"currency": "EUR"})

    assert (reply.status_code, reply.json()["code"]) == (409, "currency-unavailable")
    assert reply.json()["products"] == sorted(other.slug for other in others)
    after = await guest.ask("GET", "/cart")
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


async def test_a_currency_is_of_a_cart_that_is_there_or_of_a_new_one(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    stale = (await guest.ask("GET", "/cart")).headers["ETag"]
    await guest.add(mug.sku)
    assert (await guest.ask("PUT", "/cart/currency", {"currency": "EUR"}, If_Match=stale)).status_code == 412
    for unknown in ("CHF", "usd", "EURO", "", None, 1, ["EUR"], "EUR\n"):
        reply = await guest.ask("PUT", "/cart/currency", {"currency": unknown})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/currency"), unknown
    assert (await guest.cart())["currency"] == "USD"
    # `?currency=` is for a cart that isn't there yet.
    assert (await guest.add(mug.sku, query="?currency=EUR"))["currency"] == "USD"

    fresh = shop.guest()
    made = await fresh.ask("PUT", "/cart/currency", {"currency": "JPY"})
    assert (made.status_code, made.json()["items"], "token" in made.json()) == (200, [], True)
    assert (await fresh.cart())["currency"] == "JPY"
    other = shop.guest()
    assert (await other.add(mug.sku, query="?currency=EUR"))["currency"] == "EUR"
    missing = await shop.guest().ask("POST", "/cart/items?currency=JPY", {"sku": mug.sku, "quantity": 1})
    assert missing.status_code == 404


async def test_codes_come_and_go(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    await shop.code("TEN-OFF")
    first = await guest.ask("POST", "/cart/coupons", {"code": " ten off "})
    assert (first.status_code, first.json()["coupons"]) == (
        200,
        [{"code": "ten off", "applied": True, "reason": None}],
    )
    assert first.json()["totals"]["discount"]["amount"] == 200
    assert [each["name"] for each in first.json()["promotions"]] == ["Ten-Off"]

    again = await guest.ask("POST", "/cart/coupons", {"code": "TENOFF"})
    assert again.json()["coupons"] == first.json()["coupons"]

    gone = await guest.ask("DELETE", "/cart/coupons/TEN-OFF")
    assert (gone.status_code, gone.json()["coupons"]) == (200, [])
    assert gone.json()["totals"]["discount"]["amount"] == 0
    assert (await guest.ask("DELETE", "/cart/coupons/TEN-OFF")).status_code == 404
    assert (await guest.ask("DELETE", "/cart/coupons/%00")).status_code == 404


async def test_codes_nobody_may_know_of_are_answered_alike(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    await shop.code("OVER", ends_at="2020-01-01T00:00:00Z")
    await shop.code("SOON", starts_at="2999-01-01T00:00:00Z")
    await shop.code("OFF", enabled=False)
    answers = []
    for code in ("NOSUCH", "OVER", "SOON", "OFF"):
        reply = await guest.ask("POST", "/cart/coupons", {"code": code})
        body = reply.json()
        answers.append({key: value for key, value in body.items() if key != "request_id"})
        assert (reply.status_code, body["code"], body["reason"]) == (
            422,
            "coupon-not-applicable",
            "unknown-code",
        )
    assert all(answer == answers[0] for answer in answers)
    assert (await guest.cart())["coupons"] == []


async def test_used_up_codes_and_unmet_conditions_are_told(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    await shop.code("SPENT", max_uses=1)
    other = await holding(shop, mug)
    assert (await other.ask("POST", "/cart/coupons", {"code": "SPENT"})).status_code == 200
    assert (await other.ask("POST", "/orders", {"email": "a@example.com", **PLACING})).status_code == 201
    await shop.code("RICH", conditions={"min_subtotal": [{"amount": 1_000_000, "currency": "USD"}]})
    await shop.code("TRADE", conditions={"customer_groups": ["trade"]})
    await shop.code("GERMAN", conditions={"countries": ["DE"]})

    async def tried(code: str) -> tuple[int, str, str | None]:
        body = (await guest.ask("POST", "/cart/coupons", {"code": code})).json()
        return body.get("status", 200), body.get("code", ""), body.get("reason")

    assert await tried("SPENT") == (409, "coupon-exhausted", "exhausted")
    assert await tried("RICH") == (422, "coupon-not-applicable", "subtotal-too-low")
    assert await tried("TRADE") == (422, "coupon-not-applicable", "customer-group")
    assert (await tried("GERMAN"))[0] == 200
    assert (await guest.cart())["coupons"] == [
        {"code": "GERMAN", "applied": False, "reason": "country-unknown"}
    ]


async def test_the_order_of_codes_never_matters(shop: CartShop, mug: Product) -> None:
    cents = [{"amount": 130, "currency": "USD"}]
    await shop.code("PERCENT", benefit={"kind": "percentage", "ppm": 150_000})
    await shop.code("AMOUNT", benefit={"kind": "amount", "amounts": cents, "level": "order"})
    await shop.code("SMALL", group="g", benefit={"kind": "percentage", "ppm": 10_000})
    await shop.code("LARGE", group="g", benefit={"kind": "percentage", "ppm": 20_000})
    codes = ["PERCENT", "AMOUNT", "SMALL", "LARGE"]
    ends = []
    for order in (codes, codes[::-1], [codes[index] for index in (2, 0, 3, 1)]):
        guest = await holding(shop, mug, 3)
        for code in order:
            assert (await guest.ask("POST", "/cart/coupons", {"code": code})).status_code == 200
        cart = await guest.cart()
        ends.append((cart["totals"], sorted((each["code"], each["applied"]) for each in cart["coupons"])))
    assert ends[0] == ends[1] == ends[2]
    assert dict(ends[0][1])["SMALL"] is False


async def test_a_cart_holds_fifty_codes(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    promotion = await shop.code("C0")
    for number in range(1, 51):
        code = await shop.promotions.code(promotion)
        await shop.promotions.run(
            "INSERT INTO cart_coupon (cart_id, coupon_code_id, code)"
            " SELECT id, $1, $2 FROM cart WHERE $2 <> 'C50'",
            code,
            f"C{number}",
        )
    assert (await guest.ask("POST", "/cart/coupons", {"code": "C0"})).status_code == 200
    await shop.code("ONEMORE")

    reply = await guest.ask("POST", "/cart/coupons", {"code": "ONEMORE"})

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/code")
    assert len((await guest.cart())["coupons"]) == 50
    assert (await guest.ask("POST", "/cart/coupons", {"code": "C0"})).status_code == 200


@pytest.mark.parametrize("code", ["", "A" * 65, "A\0", "A\u0007", "\n", " ", None, 1, ["A"], {"a": 1}])
async def test_what_can_be_no_code_is_refused(shop: CartShop, mug: Product, code: Any) -> None:
    guest = await holding(shop, mug)
    before = await guest.ask("GET", "/cart")

    reply = await guest.ask("POST", "/cart/coupons", {"code": code})

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/code")
    assert (await guest.ask("GET", "/cart")).content == before.content


async def test_a_code_added_twice_with_one_key_is_answered_again(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    await shop.code("TEN")
    first, second = [
        await guest.ask("POST", "/cart/coupons", {"code": "TEN"}, Idempotency_Key="k") for _ in range(2)
    ]
    assert (first.content, second.headers["Idempotent-Replayed"]) == (second.content, "true")


async def test_codes_are_tried_no_faster_than_checkout_allows(database_url: str) -> None:
    async with cart_shop(database_url, RATE_LIMIT_CHECKOUT="5") as shop:
        guest = await holding(shop, await shop.products.product())
        replies = [await guest.ask("POST", "/cart/coupons", {"code": f"TRY{n}"}) for n in range(8)]
    assert 429 in {reply.status_code for reply in replies}
    assert all("checkout" in reply.headers["RateLimit-Policy"] for reply in replies)


async def test_every_promotion_is_explained(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    ten = await shop.code("TEN")
    await shop.code("SECRET")
    await shop.promotions.promotion("Germany", conditions={"countries": ["DE"]})
    await shop.promotions.promotion(
        "Rich", conditions={"min_subtotal": [{"amount": 10**6, "currency": "USD"}]}
    )
    await guest.ask("POST", "/cart/coupons", {"code": "TEN"})

    plain = await guest.ask("POST", "/cart/explain")
    told = {each["name"]: each for each in plain.json()["promotions"]}

    assert plain.status_code == 200
    assert set(told) == {"Ten", "Germany", "Rich"}
    assert told["Ten"] == {
        "id": str(ten),
        "name": "Ten",
        "applied": True,
        "discount": {"amount": 200, "currency": "USD"},
        "reason_code": None,
        "detail": told["Ten"]["detail"],
    }
    reasons = {name: each["reason_code"] for name, each in told.items()}
    assert reasons == {"Ten": None, "Germany": "country-unknown", "Rich": "subtotal-too-low"}
    to_germany = {**ADDRESS, "country": "DE", "postal_code": "10115", "city": "Berlin"}
    there = (await guest.ask("POST", "/cart/explain", {"shipping_address": to_germany})).json()
    assert {each["name"]: each["applied"] for each in there["promotions"]}["Germany"] is True
    to_norway = {**ADDRESS, "country": "NO", "postal_code": "0150", "city": "Oslo"}
    reply = await guest.ask("POST", "/cart/explain", {"shipping_address": to_norway})
    assert (reply.status_code, reply.json()["code"]) == (422, "shipping-unavailable")
    empty = await shop.guest().ask("POST", "/cart/explain", {})
    assert {each["applied"] for each in empty.json()["promotions"]} == {False}


async def test_a_vat_number_is_kept_in_its_one_form(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    kept = await guest.ask("PATCH", "/cart", {"vat_number": "de 136 695 976"})
    assert (kept.status_code, kept.json()["checkout"]["vat_number"]) == (200, VAT)
    other = (await guest.ask("PATCH", "/cart", {"email": "ada@example.com"})).json()
    assert other["checkout"]["vat_number"] == VAT
    for bad in ("DE123", "", "X" * 33, 1, "DE136695976\0"):
        reply = await guest.ask("PATCH", "/cart", {"vat_number": bad})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/vat_number"), bad
    assert (await guest.cart())["checkout"]["vat_number"] == VAT
    cleared = (await guest.ask("PATCH", "/cart", {"vat_number": None})).json()
    assert cleared["checkout"]["vat_number"] is None


async def test_every_fault_in_details_is_told_at_once(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    body = {
        "email": "nobody",
        "vat_number": "DE1",
        "shipping_address": {**ADDRESS, "country": "ZZ"},
        "billing_address": {**ADDRESS, "country": "ZZ"},
    }

    reply = await guest.ask("PATCH", "/cart", body)

    pointers = {error["pointer"] for error in reply.json()["errors"]}
    assert reply.status_code == 422
    assert {"/email", "/vat_number"} < pointers
    assert {pointer.split("/")[1] for pointer in pointers} == set(body)


QUANTITIES = [0, -1, 1.5, "1", 10**30, 1_000, None, True, [], 2**63]


async def test_bad_input_of_every_kind_changes_nothing(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    draft = await shop.products.product("Draft", status="draft")
    archived = await shop.products.product("Old", status="archived")
    priceless = await shop.products.product("Free")
    await shop.products.run("DELETE FROM variant_price WHERE variant_id = $1", priceless.variant_id)
    line = (await guest.cart())["items"][0]["id"]
    foreign = (await (await holding(shop, mug)).cart())["items"][0]["id"]
    before = await guest.ask("GET", "/cart")
    sku = {"sku": mug.sku}
    wrong: list[tuple[str, str, Any, int]] = [
        *(("POST", "/cart/items", {**sku, "quantity": bad}, 422) for bad in QUANTITIES),
        *(("PATCH", f"/cart/items/{line}", {"quantity": bad}, 422) for bad in QUANTITIES),
        ("POST", "/cart/items", {**sku, "quantity": 1, "unit_price": 1}, 422),
        ("POST", "/cart/items", {**sku, "quantity": 1, "total": {"amount": 1, "currency": "USD"}}, 422),
        ("PATCH", f"/cart/items/{line}", {"quantity": 1, "price": 1}, 422),
        ("PATCH", "/cart", {"totals": {"total": 1}}, 422),
        ("PATCH", "/cart", {"coupons": ["FREE"]}, 422),
        ("PUT", "/cart/currency", {"currency": "EUR", "rate": 1}, 422),
        ("POST", "/cart/coupons", {"code": "TEN", "discount": 100}, 422),
        ("POST", "/cart/items", {"quantity": 1}, 422),
        ("POST", "/cart/items", {**sku, "variant_id": str(mug.variant_id), "quantity": 1}, 422),
        ("POST", "/cart/items", {"sku": "A\0", "quantity": 1}, 422),
        ("POST", "/cart/items", {"sku": "", "quantity": 1}, 422),
        ("POST", "/cart/items", {"variant_id": "no-id", "quantity": 1}, 422),
        ("POST", "/cart/items?price=1", {**sku, "quantity": 1}, 422),
        ("POST", "/cart/items?currency=CHF", {**sku, "quantity": 1}, 422),
        ("POST", "/cart/items", {"variant_id": str(uuid4()), "quantity": 1}, 404),
        *(("POST", "/cart/items", {"sku": p.sku, "quantity": 1}, 404) for p in (draft, archived, priceless)),
        ("POST", "/cart/items", {**sku, "quantity": 19}, 409),
        ("PATCH", f"/cart/items/{line}", {"quantity": 21}, 409),
        ("PATCH", f"/cart/items/{foreign}", {"quantity": 1}, 404),
        ("DELETE", f"/cart/items/{foreign}", None, 404),
        ("DELETE", f"/cart/items/{uuid4()}", None, 404),
        ("PUT", "/cart/currency", {"currency": "JPY"}, 409),
    ]

    for method, path, body, status in wrong:
        reply = await guest.ask(method, path, body)
        assert reply.status_code == status, (method, path, body, reply.text)
        after = await guest.ask("GET", "/cart")
        assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"]), path


async def test_merging_twenty_times_at_once_is_merging_once(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)
    await shop.code("TEN")
    await guest.ask("POST", "/cart/coupons", {"code": "TEN"})
    await guest.ask("PATCH", "/cart", {"email": "guest@example.com", "shipping_address": ADDRESS})
    buyer = await shop.person()
    await buyer.add(mug.sku, 3)
    email = (await buyer.ask("GET", "/users/me")).json()["email"]
    credentials = {"email": email, "password": "correct horse battery"}

    replies = await asyncio.gather(
        *(guest.ask("POST", "/auth/login", credentials) for _ in range(20)), return_exceptions=False
    )

    assert {reply.status_code for reply in replies} == {200}
    cart = await buyer.cart()
    assert [item["quantity"] for item in cart["items"]] == [5]
    assert cart["coupons"] == [{"code": "TEN", "applied": True, "reason": None}]
    assert cart["checkout"]["shipping_address"]["city"] == "London"
    assert (await guest.cart())["items"] == []
    kept = await shop.promotions.row("SELECT email, shipping_address FROM cart WHERE status = 'merged'")
    assert (kept["email"], kept["shipping_address"]) == (None, None)


async def test_a_cart_that_merges_into_another_currency_loses_nothing(shop: CartShop, mug: Product) -> None:
    tea = await shop.products.product("Tea", 300)
    guest, buyer = shop.guest(), await shop.person()
    await guest.add(mug.sku, 2)
    await guest.add(tea.sku)
    await buyer.add(mug.sku, 1, "?currency=EUR")
    email = (await buyer.ask("GET", "/users/me")).json()["email"]

    await guest.ask("POST", "/auth/login", {"email": email, "password": "correct horse battery"})
    cart = await buyer.cart()

    assert cart["currency"] == "EUR"
    assert [
        (item["sku"], item["quantity"], [each["code"] for each in item["warnings"]]) for item in cart["items"]
    ] == [(mug.sku, 3, []), (tea.sku, 1, ["unavailable"])]
    assert cart["totals"]["subtotal"] == {"amount": 2_700, "currency": "EUR"}
    assert cart["checkout"]["ready"] is False


async def test_lines_that_come_back_into_a_cart_of_another_currency_are_no_news(
    shop: CartShop, mug: Product
) -> None:
    buyer = await shop.person()
    await buyer.add(mug.sku, 2)
    placed = await buyer.ask("POST", "/orders", PLACING)
    assert placed.status_code == 201, placed.text
    await buyer.ask("PUT", "/cart/currency", {"currency": "EUR"})
    await shop.products.run("UPDATE sales_order SET expires_at = now() - interval '1 second'")

    async with shop.counted.container({Call: Call()}) as scope:
        assert await (await scope.get(ExpireOrdersHandler))(Actor.system("test")) == 1
    cart = await buyer.cart()

    assert (cart["currency"], cart["items"][0]["quantity"]) == ("EUR", 2)
    assert cart["items"][0]["unit_price"] == {"amount": 900, "currency": "EUR"}
    assert cart["items"][0]["warnings"] == []


async def test_limits_a_customer_go_by_the_address_that_is_told(shop: CartShop, mug: Product) -> None:
    await shop.code("ONCE", per_customer=1)
    known = "ada@example.com"

    async def buyer(email: str) -> tuple[Guest, dict[str, Any]]:
        guest = await holding(shop, mug)
        await guest.ask("POST", "/cart/coupons", {"code": "ONCE"})
        return guest, (await guest.ask("PATCH", "/cart", {"email": email})).json()

    first, cart = await buyer(known)
    assert cart["coupons"] == [{"code": "ONCE", "applied": True, "reason": None}]
    assert (await first.ask("POST", "/orders", PLACING)).status_code == 201

    second, cart = await buyer(known)
    assert cart["coupons"] == [{"code": "ONCE", "applied": False, "reason": "customer-limit"}]
    assert cart == await second.cart()
    refused = await second.ask("POST", "/orders", PLACING)
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon-exhausted")
    # Somebody else pays: it is their use that counts.
    placed = await second.ask("POST", "/orders", {**PLACING, "email": "bob@example.com"})
    assert (placed.status_code, placed.json()["totals"]["discount"]["amount"]) == (201, 200), placed.text


async def test_whom_a_code_is_not_for_is_told_before_it_costs_more(shop: CartShop, mug: Product) -> None:
    earlier = await holding(shop, mug)
    assert (await earlier.ask("POST", "/orders", {**PLACING, "email": "ada@example.com"})).status_code == 201
    await shop.code("WELCOME", per_customer=1, conditions={"first_order": True})
    guest = await holding(shop, mug)
    shown = (await guest.ask("POST", "/cart/coupons", {"code": "WELCOME"})).json()
    assert shown["coupons"] == [{"code": "WELCOME", "applied": True, "reason": None}]

    refused = await guest.ask("POST", "/orders", {**PLACING, "email": "ada@example.com"})

    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "coupon-not-applicable"), told
    assert (told["coupon"], told["reason"]) == ("WELCOME", "not-first-order")
    # Who is told and goes on all the same pays what the cart shows.
    told_before = await guest.ask("PATCH", "/cart", {"email": "ada@example.com"})
    assert told_before.json()["coupons"][0]["reason"] == "not-first-order"
    placed = await guest.ask("POST", "/orders", PLACING)
    assert (placed.status_code, placed.json()["totals"]["discount"]["amount"]) == (201, 0), placed.text


async def test_a_cart_is_ready_when_an_order_could_be_made_of_it(shop: CartShop, mug: Product) -> None:
    guest = await holding(shop, mug)

    async def ready(**details: Any) -> tuple[bool, list[str]]:
        checkout = (await guest.ask("PATCH", "/cart", details)).json()["checkout"]
        return checkout["ready"], checkout["missing"]

    assert await ready(email="ada@example.com", shipping_option_id="camel") == (False, ["shipping_address"])
    assert await ready(shipping_address=ADDRESS) == (False, ["shipping_option_id"])
    assert await ready(shipping_option_id="standard") == (True, [])
    other = await holding(shop, mug, 19)
    assert (await other.ask("POST", "/orders", {**PLACING, "email": "bob@example.com"})).status_code == 201
    assert await ready() == (False, [])
    refused = await guest.ask("POST", "/orders", {"payment_method": "manual"})
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient-stock")
