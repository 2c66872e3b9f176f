"""Changing carts, over fakes."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from msgspec import UNSET

from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.cart.cart import CartOwner
from ecommerce.domain.cart.refusals import CartChanged
from ecommerce.domain.shared.kernel import ConcurrentUpdate, InsufficientStock, InvalidValue, NotFound
from tests.factories.cart_desk import CartDesk
from tests.factories.offers import offer


@pytest.fixture
def desk() -> CartDesk:
    return CartDesk()


def test_the_first_add_tells_a_token_and_later_ones_do_not(desk: CartDesk) -> None:
    first = desk.add()
    token = first.view.token
    assert isinstance(token, str)

    second = desk.add(token=token)

    assert second.view.token is UNSET
    assert [item.quantity for item in second.view.items] == [2]
    assert second.view.totals.total.amount == 2_000
    assert second.view.totals.tax is None


def test_a_token_nobody_gave_out_gets_a_new_one(desk: CartDesk) -> None:
    shown = desk.add(token="made-up")

    assert isinstance(shown.view.token, str)
    assert shown.view.token != "made-up"


def test_more_than_there_is_is_refused_and_changes_nothing(desk: CartDesk) -> None:
    token = str(desk.add(3).view.token)

    with pytest.raises(InsufficientStock) as refused:
        desk.add(token=token)

    assert refused.value.data == {"available": 3}
    assert desk.carts.open[CartOwner(token_hash=token_hash(token))].version == 1


@pytest.mark.parametrize("sku", ["NO-SUCH", "GONE-1", "FREE-1"])
def test_what_is_not_for_sale_is_not_found(desk: CartDesk, sku: str) -> None:
    desk.carts.sell(offer("GONE-1", on_sale=False))
    desk.carts.sell(offer("FREE-1", price=None))

    with pytest.raises(NotFound):
        desk.add(sku=sku)


def test_a_currency_the_shop_does_not_have_is_refused(desk: CartDesk) -> None:
    with pytest.raises(InvalidValue):
        desk.add(currency="CHF")


def test_an_add_goes_on_when_others_were_first_nine_times(desk: CartDesk) -> None:
    token = str(desk.add().view.token)
    misses = iter(range(9))

    def overtake(save: Callable[..., object]) -> None:
        async def overtaken(cart: object) -> None:
            if next(misses, None) is not None:
                raise ConcurrentUpdate("somebody was first")
            await save(cart)  # type: ignore[misc]  # the bound method of before

        desk.carts.save = overtaken  # type: ignore[method-assign]

    overtake(desk.carts.save)
    assert desk.add(token=token).view.item_count == 2


def test_a_cart_that_was_placed_meanwhile_can_not_be_changed(desk: CartDesk) -> None:
    shown = desk.add()
    token, line = str(shown.view.token), shown.view.items[0].id
    owner = CartOwner(token_hash=token_hash(token))
    load = desk.carts.load

    async def place_after_reading(*arguments: CartOwner, **named: object) -> LoadedCart:
        loaded = await load(*arguments, **named)  # type: ignore[arg-type]
        if owner in desk.carts.open:
            desk.carts.place(owner, uuid4())
        return loaded

    desk.carts.load = place_after_reading  # type: ignore[method-assign]
    with pytest.raises(CartChanged):
        desk.change(token, line, 2)


def test_an_add_to_a_placed_cart_opens_another_under_the_same_token(desk: CartDesk) -> None:
    first = desk.add()
    token = str(first.view.token)
    desk.carts.place(CartOwner(token_hash=token_hash(token)), uuid4())

    second = desk.add(token=token)

    assert second.view.token is UNSET
    assert second.view.id != first.view.id
    assert second.view.item_count == 1


def test_a_line_is_set_removed_and_the_cart_emptied(desk: CartDesk) -> None:
    shown = desk.add()
    token, line = str(shown.view.token), shown.view.items[0].id

    assert desk.change(token, line, 3).view.item_count == 3
    assert desk.change(token, line).view.items == []
    desk.add(token=token)
    assert desk.change(token, None).view.item_count == 0
