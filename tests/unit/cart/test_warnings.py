"""What a cart says has changed since a line was added, over fakes."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from ecommerce.adapters.memory.cart import NOTHING_KNOWN
from ecommerce.application.cart.contracts import Offer
from ecommerce.application.cart.view import ShownCart
from ecommerce.application.pricing.contracts import ListPrice
from ecommerce.domain.pricing.price_list import PriceList
from ecommerce.domain.pricing.window import Window
from tests.factories.cart_desk import CartDesk
from tests.factories.offers import offer

SALE = UUID(int=5)
NOON = NOTHING_KNOWN.at


@pytest.fixture
def desk() -> CartDesk:
    return CartDesk()


def listed(base: Offer, *breaks: tuple[int, int]) -> Offer:
    return msgspec.structs.replace(
        base, list_prices=[ListPrice(SALE, least, amount) for least, amount in breaks]
    )


def codes(shown: ShownCart) -> list[list[str]]:
    return [[warning.code for warning in item.warnings] for item in shown.view.items]


def test_a_base_price_that_moved_is_told_until_the_line_is_changed(desk: CartDesk) -> None:
    token = str(desk.add().view.token)
    desk.carts.sell(msgspec.structs.replace(desk.mug, price=1_100))

    assert codes(desk.show(token)) == [["price-changed"]]
    assert codes(desk.add(token=token)) == [[]]
    assert codes(desk.show(token)) == [[]]


def test_a_list_price_that_moved_is_told(desk: CartDesk) -> None:
    desk.pricer.lists = {str(SALE): PriceList(id=str(SALE), currency="USD")}
    desk.carts.sell(listed(desk.mug, (1, 900)))
    token = str(desk.add().view.token)
    assert codes(desk.show(token)) == [[]]

    desk.carts.sell(listed(desk.mug, (1, 800)))

    assert codes(desk.show(token)) == [["price-changed"]]


def test_a_list_that_opened_or_ended_is_told(desk: CartDesk) -> None:
    window = Window(NOON, NOON + timedelta(hours=1))
    desk.pricer.lists = {str(SALE): PriceList(id=str(SALE), currency="USD", window=window)}
    desk.carts.sell(listed(desk.mug, (1, 900)))
    token = str(desk.add().view.token)

    desk.carts.facts = msgspec.structs.replace(NOTHING_KNOWN, at=NOON + timedelta(hours=1))

    assert codes(desk.show(token)) == [["price-changed"]]
    assert desk.show(token).view.items[0].unit_price == desk.show(token).view.totals.total


def test_a_price_for_more_units_is_no_news_to_who_added_them(desk: CartDesk) -> None:
    desk.pricer.lists = {str(SALE): PriceList(id=str(SALE), currency="USD")}
    desk.carts.sell(listed(desk.mug, (2, 800)))
    token = str(desk.add().view.token)

    assert codes(desk.add(token=token)) == [[]]
    assert desk.show(token).view.totals.total.amount == 1_600


def test_stock_that_went_and_products_that_left_are_told(desk: CartDesk) -> None:
    cup = offer("CUP-1", 500, 5)
    desk.carts.sell(cup)
    token = str(desk.add(3).view.token)
    desk.add(token=token, sku="CUP-1")
    fewer = offer("MUG-1", 1_000, 1)
    desk.carts.sell(msgspec.structs.replace(desk.mug, stock=fewer.stock))
    desk.carts.sell(msgspec.structs.replace(cup, on_sale=False))

    shown = desk.show(token)

    assert codes(shown) == [["insufficient-stock"], ["unavailable"]]
    assert shown.view.items[1].line_total is None
    assert shown.view.totals.total.amount == 3_000
