"""A cart in another currency, over fakes."""

from uuid import UUID

import pytest

from ecommerce.application.pricing.contracts import HeldCoupon
from ecommerce.domain.cart.refusals import CurrencyUnavailable
from ecommerce.domain.shared.kernel import InvalidValue, StaleVersion
from tests.factories.cart_desk import CartDesk
from tests.factories.offers import offer

CODE = UUID(int=1)


@pytest.fixture
def desk() -> CartDesk:
    desk = CartDesk()
    desk.carts.sell(desk.mug, USD=1_000, EUR=900)
    return desk


def test_all_of_it_is_priced_again(desk: CartDesk) -> None:
    token = str(desk.add(2).view.token)
    cart = desk.guests(token)
    cart.details.email, cart.coupons[CODE] = "ada@example.com", "TEN"
    desk.carts.codes[CODE] = HeldCoupon("TEN", CODE, UUID(int=2))

    shown = desk.switch(token, "EUR").view

    assert (shown.currency, shown.totals.total.amount, shown.totals.total.currency) == ("EUR", 1_800, "EUR")
    assert [item.warnings for item in shown.items] == [[]]
    assert shown.checkout.email == "ada@example.com"
    assert [coupon.code for coupon in shown.coupons] == ["TEN"]
    assert desk.show(token).view.totals.total.amount == 1_800
    assert desk.switch(token, "USD").view.totals.total.amount == 2_000


def test_what_has_no_price_in_it_is_named_and_nothing_changes(desk: CartDesk) -> None:
    desk.carts.sell(offer("TEA-1"), USD=500)
    desk.carts.sell(offer("CUP-1"), USD=400)
    token = str(desk.add().view.token)
    for sku in ("TEA-1", "CUP-1"):
        desk.add(token=token, sku=sku)
    before = desk.show(token)

    with pytest.raises(CurrencyUnavailable) as refused:
        desk.switch(token, "EUR")

    assert refused.value.data == {"products": ["cup-1", "tea-1"]}
    assert desk.show(token) == before


def test_a_currency_the_shop_does_not_have_is_refused(desk: CartDesk) -> None:
    with pytest.raises(InvalidValue) as refused:
        desk.switch(None, "CHF")

    assert refused.value.pointer == "/currency"


def test_who_has_no_cart_gets_an_empty_one_in_it(desk: CartDesk) -> None:
    shown = desk.switch(None, "EUR").view

    assert (shown.currency, shown.items) == ("EUR", [])
    assert desk.add(token=str(shown.token)).view.totals.total.amount == 900


def test_a_version_that_is_not_the_newest_is_refused(desk: CartDesk) -> None:
    first = desk.add()
    token = str(first.view.token)
    desk.add(token=token)

    with pytest.raises(StaleVersion):
        desk.switch(token, "EUR", if_match=first.etag)

    assert desk.show(token).view.currency == "USD"
