"""A guest's cart goes into the account they sign in to, over fakes."""

from uuid import UUID, uuid4

import msgspec
import pytest

from ecommerce.application.pricing.contracts import HeldCoupon, ListPrice
from ecommerce.domain.cart.cart import MAX_COUPONS, MAX_LINES
from ecommerce.domain.pricing.price_list import PriceList
from ecommerce.domain.shared.ids import UserId, VariantId
from tests.factories.cart_desk import CartDesk
from tests.factories.offers import offer

SALE = UUID(int=5)


@pytest.fixture
def desk() -> CartDesk:
    return CartDesk()


def sell_many(desk: CartDesk, prefix: str, count: int) -> list[str]:
    skus = [f"{prefix}-{number}" for number in range(count)]
    for sku in skus:
        desk.carts.sell(offer(sku, 100, None))
    return skus


def lines_of(desk: CartDesk, account_id: UserId) -> dict[str, int]:
    found = desk.customers(account_id).lines
    return {desk.carts.offers[key].sku: line.quantity for key, line in found.items()}


def test_quantities_add_up_once(desk: CartDesk) -> None:
    token = str(desk.add(2).view.token)
    account = desk.sign_in()
    desk.add(1)

    for _ in range(3):
        desk.merge(token, account)

    assert lines_of(desk, account) == {"MUG-1": 3}
    assert not desk.carts.known - {desk.customers(account).owner}


def test_stock_caps_what_adds_up(desk: CartDesk) -> None:
    token = str(desk.add(2).view.token)
    account = desk.sign_in()
    desk.add(2)

    desk.merge(token, account)

    assert lines_of(desk, account) == {"MUG-1": 3}


def test_who_has_no_cart_gets_the_guests_with_its_currency(desk: CartDesk) -> None:
    token = str(desk.add(currency="EUR").view.token)
    account = desk.sign_in()

    desk.merge(token, account)

    assert desk.customers(account).currency == "EUR"
    assert lines_of(desk, account) == {"MUG-1": 1}


def test_the_accounts_currency_stays_and_what_has_no_price_in_it_is_told(desk: CartDesk) -> None:
    desk.carts.sell(desk.mug, USD=1_000, EUR=900)
    desk.carts.sell(offer("TEA-1"), EUR=300)
    token = str(desk.add(currency="EUR").view.token)
    desk.add(token=token, sku="TEA-1")
    account = desk.sign_in()
    desk.add()

    desk.merge(token, account)
    shown = desk.show().view

    assert shown.currency == "USD"
    assert [(item.sku, item.quantity, [w.code for w in item.warnings]) for item in shown.items] == [
        ("MUG-1", 2, []),
        ("TEA-1", 1, ["unavailable"]),
    ]
    assert shown.totals.total.amount == 2_000


def test_what_finds_no_room_stays_in_the_guests_cart(desk: CartDesk) -> None:
    token = str(desk.add().view.token)
    others = sell_many(desk, "GUEST", 9)
    for sku in others:
        desk.add(token=token, sku=sku)
    account = desk.sign_in()
    for sku in sell_many(desk, "MINE", MAX_LINES - 4):
        desk.add(sku=sku)

    desk.merge(token, account)

    mine, left = lines_of(desk, account), desk.guests(token).lines
    assert (len(mine), len(left)) == (MAX_LINES, 6)
    left_skus = {desk.carts.offers[key].sku for key in left}
    assert left_skus | set(mine) >= {"MUG-1", *others}
    assert not left_skus & set(mine)


def test_coupons_come_along(desk: CartDesk) -> None:
    token = str(desk.add().view.token)
    account = desk.sign_in()
    desk.add()
    for number in range(MAX_COUPONS + 2):
        desk.carts.codes[UUID(int=number)] = HeldCoupon(f"C{number}", UUID(int=number), uuid4())
    mine, theirs = desk.customers(account), desk.guests(token)
    mine.coupons = {UUID(int=number): f"C{number}" for number in range(MAX_COUPONS - 1)}
    theirs.coupons = {UUID(int=0): "c0", UUID(int=MAX_COUPONS): "LAST", UUID(int=MAX_COUPONS + 1): "TOO MANY"}

    desk.merge(token, account)

    assert len(desk.customers(account).coupons) == MAX_COUPONS
    assert desk.customers(account).coupons[UUID(int=0)] == "C0"
    assert desk.customers(account).coupons[UUID(int=MAX_COUPONS)] == "LAST"


def test_of_details_the_accounts_own_count(desk: CartDesk) -> None:
    token = str(desk.add().view.token)
    account = desk.sign_in()
    desk.add()
    theirs, mine = desk.guests(token).details, desk.customers(account).details
    theirs.email, theirs.email_key = "guest@example.com", b"guest"
    theirs.shipping_address, theirs.shipping_option_id = {"city": "Rome"}, "express"
    theirs.billing_address, theirs.vat_number = {"city": "Oslo"}, "DE1"
    mine.billing_address = {"city": "Bonn"}

    desk.merge(token, account)

    kept = desk.customers(account).details
    assert (kept.email, kept.email_key, kept.vat_number) == ("guest@example.com", b"guest", "DE1")
    assert (kept.shipping_address, kept.shipping_option_id) == ({"city": "Rome"}, "express")
    assert kept.billing_address == {"city": "Bonn"}


def test_an_empty_cart_ends_and_makes_none(desk: CartDesk) -> None:
    token = str(desk.add().view.token)
    desk.change(token, None)
    account = desk.sign_in()

    desk.merge(token, account)

    assert desk.carts.open == {}


def test_a_price_for_those_who_sign_in_is_no_news_but_a_change_is(desk: CartDesk) -> None:
    desk.pricer.lists = {
        str(SALE): PriceList(id=str(SALE), currency="USD", customer_groups=frozenset({"trade"}))
    }
    trade = [ListPrice(SALE, 1, 800)]
    for sku in ("CUP-1", "TEA-1"):
        desk.carts.sell(msgspec.structs.replace(offer(sku), list_prices=trade))
    token = str(desk.add(sku="CUP-1").view.token)
    tea = str(desk.add(token=token, sku="TEA-1").view.items[1].variant_id)
    desk.guests(token).lines[VariantId(UUID(tea))].seen_price = 990
    account = desk.sign_in()
    desk.carts.groups[account] = ["trade"]

    desk.merge(token, account)

    assert [line.seen_price for line in desk.customers(account).lines.values()] == [800, 990]
    shown = desk.show().view
    assert [[warning.code for warning in item.warnings] for item in shown.items] == [[], ["price-changed"]]
    assert shown.totals.total.amount == 1_600


def test_news_of_the_guest_is_none_to_a_customer_who_knows_the_price(desk: CartDesk) -> None:
    desk.pricer.lists = {str(SALE): PriceList(id=str(SALE), currency="USD")}
    desk.carts.sell(msgspec.structs.replace(desk.mug, list_prices=[ListPrice(SALE, 2, 800)]))
    token = str(desk.add().view.token)
    desk.guests(token).lines[VariantId(desk.mug.variant_id)].seen_price = 990
    account = desk.sign_in()
    desk.add()

    desk.merge(token, account)

    assert desk.show().view.items[0].warnings == []
    assert desk.show().view.totals.total.amount == 1_600
