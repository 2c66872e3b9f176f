from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.cart.cart import MAX_LINES, Cart, CartOwner
from ecommerce.domain.shared.ids import CartId, VariantId
from ecommerce.domain.shared.kernel import InsufficientStock, InvalidValue, NotFound, StaleVersion


def new_cart() -> Cart:
    return Cart(id=CartId(uuid4()), owner=CartOwner(token_hash=b"t"), currency="USD")


def variant(number: int) -> VariantId:
    return VariantId(UUID(int=number))


def test_adding_again_adds_up_up_to_what_there_is() -> None:
    cart = new_cart()
    cart.add(uuid4(), variant(1), 2, available=3)
    cart.add(uuid4(), variant(1), 1, available=3)

    with pytest.raises(InsufficientStock) as refused:
        cart.add(uuid4(), variant(1), 1, available=3)

    assert cart.lines[variant(1)].quantity == 3
    assert refused.value.data == {"available": 3}


def test_a_cart_has_room_for_a_hundred_lines_of_999() -> None:
    cart = new_cart()
    for number in range(MAX_LINES):
        cart.add(uuid4(), variant(number), 999, available=None)

    with pytest.raises(InvalidValue):
        cart.add(uuid4(), variant(MAX_LINES), 1, available=None)
    with pytest.raises(InvalidValue):
        cart.add(uuid4(), variant(0), 1, available=None)


def test_a_line_that_is_not_there_can_not_be_changed() -> None:
    cart = new_cart()
    with pytest.raises(NotFound):
        cart.set_quantity(uuid4(), 1, None)
    with pytest.raises(NotFound):
        cart.remove(uuid4())


def test_a_version_that_is_not_the_newest_is_refused() -> None:
    cart = new_cart()
    cart.expect(None)
    cart.expect("*")
    cart.expect(cart.etag)
    with pytest.raises(StaleVersion):
        cart.expect("another")


def test_an_owner_is_an_account_or_a_token() -> None:
    with pytest.raises(ValueError, match="either"):
        CartOwner()


carts = st.dictionaries(st.integers(1, 8), st.integers(1, 999), max_size=8)


@given(carts, carts, st.dictionaries(st.integers(1, 8), st.none() | st.integers(0, 1500)))
def test_merging_loses_no_line_and_never_shrinks_one(
    mine: dict[int, int], theirs: dict[int, int], stock: dict[int, int | None]
) -> None:
    target, source = new_cart(), new_cart()
    for number, quantity in mine.items():
        target.add(uuid4(), variant(number), quantity, None)
    for number, quantity in theirs.items():
        source.add(uuid4(), variant(number), quantity, None)

    target.take_over(source, {variant(number): limit for number, limit in stock.items()})

    assert set(target.lines) == {variant(number) for number in mine | theirs}
    for number in mine | theirs:
        merged = target.lines[variant(number)].quantity
        assert max(1, mine.get(number, 0)) <= merged <= min(999, mine.get(number, 0) + theirs.get(number, 0))
