"""Promotions over HTTP: what staff may say of them, and what becomes of what was used."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from ecommerce.domain.shared.kernel import ConcurrentUpdate
from tests.factories.promotion_desk import READER, STAFF, TEN_OFF, Desk, open_desk
from tests.factories.shop import ShopFactory

pytestmark = pytest.mark.anyio
USD, EUR = "USD", "EUR"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


def money(amount: int, currency: str = USD) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


async def test_a_promotion_is_made_shown_changed_and_archived(desk: Desk) -> None:
    made = await desk.create(starts_at="2026-06-01T00:00:00", ends_at="2026-07-01T00:00:00Z", max_uses=5)

    assert made.status_code == 201, made.text
    shown = made.json()
    assert made.headers["ETag"] == '"1"'
    assert shown["starts_at"] == "2026-05-31T22:00:00Z"  # as the clocks in Berlin showed
    assert shown["ends_at"] == "2026-07-01T00:00:00Z"
    assert (shown["used"], shown["spent"], shown["by_code"], shown["max_uses"]) == (0, [], False, 5)
    changed = await desk.put(shown["id"], made.headers["ETag"], name="Autumn")
    assert (changed.status_code, changed.headers["ETag"], changed.json()["name"]) == (200, '"2"', "Autumn")
    path = f"/admin/promotions/{shown['id']}"
    listed = (await desk.client.get("/admin/promotions", headers=READER)).json()
    assert (listed["count"], listed["results"]) == (1, [changed.json()])
    gone = await desk.client.delete(path, headers={**STAFF, "If-Match": '"2"'})
    assert gone.status_code == 204
    assert (await desk.client.get(path, headers=READER)).status_code == 404
    assert (await desk.factory.row("SELECT archived_at FROM promotion"))["archived_at"] is not None
    actions = await desk.factory.rows("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"].rpartition("_")[2] for row in actions] == ["created", "changed", "archived"]


async def test_every_kind_of_benefit_comes_back_as_it_was_given(desk: Desk) -> None:
    goods = {"tags": ["sale"], "without": {"tags": ["new"]}}
    benefits: list[dict[str, Any]] = [
        {"kind": "percentage", "ppm": 1, "target": goods, "level": "order", "of_list_price": True},
        {"kind": "amount", "amounts": [money(500), money(450, EUR)], "per_unit": True},
        {"kind": "fixed-price", "prices": [money(999)], "target": goods},
        {"kind": "buy-x-get-y", "buy_quantity": 2, "get_quantity": 1, "buy": goods, "get": goods, "times": 3},
        {"kind": "tiers", "tiers": [{"quantity": 3, "ppm": 100_000}, {"quantity": 6, "ppm": 200_000}]},
        {"kind": "bundle", "parts": [{"target": goods}, {"quantity": 2}], "prices": [money(2_000)]},
        {"kind": "free-shipping", "methods": ["standard"]},
    ]

    for benefit in benefits:
        shown = (await desk.promotion(benefit=benefit))["benefit"]

        assert {name: shown[name] for name in benefit if name not in ("target", "buy", "get", "parts")} == {
            name: each for name, each in benefit.items() if name not in ("target", "buy", "get", "parts")
        }
        for name in {"target", "buy", "get"} & set(benefit):
            assert shown[name]["tags"] == ["sale"]
            assert shown[name]["without"]["tags"] == ["new"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"benefit": {"kind": "percentage", "ppm": 0}}, ["/benefit/ppm"]),
        ({"benefit": {"kind": "gift"}}, ["/benefit/kind"]),
        ({"benefit": {"kind": "amount", "amounts": []}}, ["/benefit/amounts"]),
        ({"benefit": {"kind": "amount", "amounts": [money(1, "JPY")]}}, ["/benefit/amounts/0/currency"]),
        ({"benefit": {"kind": "amount", "amounts": [money(1), money(2)]}}, ["/benefit/amounts/1/currency"]),
        ({"name": " "}, ["/name"]),
        ({"percent": 10}, ["/percent"]),
        ({"starts_at": "2026-07-01T00:00:00", "ends_at": "2026-06-30T22:00:00Z"}, ["/ends_at"]),
        ({"max_uses": 0}, ["/max_uses"]),
        ({"per_customer": 0}, ["/per_customer"]),
        ({"per_customer": 2, "conditions": {"first_order": True}}, ["/per_customer"]),
        ({"budget": money(0)}, ["/budget/amount"]),
        (
            {"benefit": {"kind": "amount", "amounts": [money(1)]}, "budget": money(5, EUR)},
            ["/budget/currency"],
        ),
        (
            {
                "conditions": {"min_subtotal": [money(1, "GBP")]},
                "ends_at": "2020-01-01T00:00:00Z",
                "starts_at": "2021-01-01T00:00:00Z",
            },
            ["/ends_at", "/conditions/min_subtotal/0/currency"],
        ),
        ({"conditions": {"countries": ["usa"]}}, ["/conditions/countries/0"]),
    ],
)
async def test_what_makes_no_sense_is_told_where_it_stands(
    desk: Desk, body: dict[str, Any], pointers: list[str]
) -> None:
    refused = await desk.create(**body)

    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers


async def test_goods_that_are_not_there_are_named(desk: Desk, database_url: str) -> None:
    shop = await ShopFactory(database_url).open()
    product, nobody = await shop.product(), str(uuid4())
    known = {"products": [str(product.id)], "categories": [str(shop.category_id)]}
    target = {**known, "variants": [str(product.variant_id), nobody], "without": {"products": [nobody]}}

    refused = await desk.create(
        benefit={**TEN_OFF, "target": target}, conditions={"goods": {"categories": [str(product.id), nobody]}}
    )

    assert refused.status_code == 404
    assert [word for word in refused.json()["detail"].split() if word.startswith("/")] == [
        "/conditions/goods/categories/0,",
        "/conditions/goods/categories/1,",
        "/benefit/target/variants/1,",
        "/benefit/target/without/products/0",
    ]
    assert (await desk.create(benefit={**TEN_OFF, "target": known})).status_code == 201


async def test_only_staff_with_the_permission_may(desk: Desk) -> None:
    promotion = await desk.promotion()
    path = f"/admin/promotions/{promotion['id']}"
    for headers, status in ((READER, 403), ({}, 401)):
        made = await desk.client.post(
            "/admin/promotions", json={"name": "X", "benefit": TEN_OFF}, headers=headers
        )
        gone = await desk.client.delete(path, headers={**headers, "If-Match": "*"})
        codes = await desk.client.post(f"{path}/codes", json={"code": "X"}, headers=headers)
        assert {made.status_code, gone.status_code, codes.status_code} == {status}
    other = {"Authorization": "Bearer orders:read"}
    assert (await desk.client.get(path, headers=other)).status_code == 403


async def test_a_change_says_what_it_is_based_on(desk: Desk) -> None:
    promotion = await desk.promotion()
    path = f"/admin/promotions/{promotion['id']}"

    assert (await desk.client.delete(path, headers=STAFF)).status_code == 428
    stale = await desk.put(promotion["id"], '"7"', name="Autumn")
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await desk.show(promotion["id"]))["name"] == "Summer"


async def test_what_was_used_is_shown_until_it_is_given_back(desk: Desk) -> None:
    promotion = (await desk.promotion())["id"]
    first = await desk.use(promotion, 100)
    await desk.use(promotion, 250)

    shown = await desk.show(promotion)
    assert (shown["used"], shown["spent"]) == (2, [money(350)])
    await desk.release(first)
    assert (await desk.show(promotion))["used"] == 1


async def test_a_limit_that_is_put_on_counts_what_was_used_before(desk: Desk) -> None:
    promotion = (await desk.promotion())["id"]
    released = await desk.use(promotion, 100)
    for _ in range(2):
        await desk.use(promotion, 100)
    await desk.release(released)

    limited = await desk.put(promotion, max_uses=3, budget=money(250), per_customer=2)

    assert limited.status_code == 200, limited.text
    row = await desk.factory.row("SELECT used, spent FROM promotion")
    assert tuple(row) == (2, 200)
    assert tuple(await desk.factory.row("SELECT used FROM promotion_customer")) == (2,)
    for customer, discount in ((b"me", 50), (b"you", 51)):
        with pytest.raises(ConcurrentUpdate):
            await desk.use(promotion, discount, customer, limited=True, per_customer=2)
    await desk.use(promotion, 50, b"you", limited=True, per_customer=2)


async def test_a_limit_is_never_put_below_what_was_used(desk: Desk) -> None:
    counted = (await desk.promotion(max_uses=5, budget=money(1_000)))["id"]
    uncounted = (await desk.promotion())["id"]
    for _ in range(2):
        await desk.use(counted, 300, limited=True)
        await desk.use(uncounted, 300)

    for promotion in (counted, uncounted):
        for limit in ({"max_uses": 1}, {"budget": money(599)}):
            refused = await desk.put(promotion, **limit)
            assert (refused.status_code, refused.json()["code"]) == (409, "limit-below-use"), refused.text
        assert (await desk.put(promotion, max_uses=2, budget=money(600))).status_code == 200


async def test_a_budget_in_another_currency_counts_its_own(desk: Desk) -> None:
    promotion = (await desk.promotion(budget=money(1_000)))["id"]
    await desk.use(promotion, 900, limited=True)

    moved = await desk.put(promotion, budget=money(100, EUR))

    assert moved.status_code == 200, moved.text
    assert tuple(await desk.factory.row("SELECT used, spent FROM promotion")) == (1, 0)


async def test_limits_that_are_taken_off_are_counted_no_more(desk: Desk) -> None:
    promotion = (await desk.promotion(max_uses=5, per_customer=5))["id"]
    order = await desk.use(promotion, limited=True, per_customer=5)

    await desk.put(promotion, max_uses=None, per_customer=None)
    await desk.release(order)

    assert tuple(await desk.factory.row("SELECT used, spent FROM promotion")) == (0, 0)
    assert await desk.factory.rows("SELECT FROM promotion_customer") == []


async def test_what_it_is_already_stays_at_its_version(desk: Desk) -> None:
    promotion = await desk.promotion(max_uses=1)

    same = await desk.put(promotion["id"], '"1"')

    assert (same.status_code, same.headers["ETag"], same.json()) == (200, '"1"', promotion)
