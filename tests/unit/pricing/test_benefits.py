"""What each kind of benefit takes off."""

import pytest

from ecommerce.domain.pricing.promotion import (
    AmountOff,
    Benefit,
    Bundle,
    BuyXGetY,
    Conditions,
    FixedPrice,
    FreeShipping,
    Level,
    Part,
    Percentage,
    Tier,
    Tiers,
)
from ecommerce.domain.pricing.snapshot import Shipping
from ecommerce.domain.pricing.target import EVERYTHING, Target
from tests.unit.pricing.shop import POST, discounts, goods, line, percent, priced, promotion, reasons

THREE_FOR_TWO = BuyXGetY(buy_quantity=2, get_quantity=1)


def test_a_percentage_is_rounded_once_and_split_by_the_largest_remainder() -> None:
    cart = [line("a", 333), line("b", 333), line("c", 334)]

    assert discounts(priced(cart, Percentage(ppm=percent(10)))) == [33, 33, 34]
    assert discounts(priced(cart, Percentage(ppm=percent(25)))) == [83, 83, 84]


def test_half_a_minor_unit_is_rounded_up() -> None:
    assert priced([line("a", 5)], Percentage(ppm=percent(10))).discount == 1
    assert priced([line("a", 4)], Percentage(ppm=percent(10))).discount == 0


def test_a_percentage_is_of_its_target() -> None:
    cart = [line("a", 1_000, 1, "sale"), line("b", 1_000, 1, "sale", "new"), line("c", 1_000)]
    not_new = Target.of(["tag:sale"], without=["tag:new"])

    assert discounts(priced(cart, Percentage(ppm=percent(10), target=goods("sale")))) == [100, 100, 0]
    assert discounts(priced(cart, Percentage(ppm=percent(10), target=not_new))) == [100, 0, 0]
    assert discounts(priced(cart, Percentage(ppm=percent(10), target=Target.of(without=["tag:new"])))) == [
        100,
        0,
        100,
    ]


def test_forty_and_seventy_percent_do_not_give_free_goods() -> None:
    forty, seventy = (Percentage(ppm=percent(each)) for each in (40, 70))

    assert priced([line("a", 1_000)], forty, seventy).total == 180


def test_percentages_of_the_list_price_add_up_but_never_beyond_it() -> None:
    ten, forty, seventy = (Percentage(ppm=percent(each), of_list_price=True) for each in (10, 40, 70))

    assert priced([line("a", 1_000)], ten, forty).total == 500
    assert priced([line("a", 1_000)], forty, seventy).total == 0


def test_an_amount_is_shared_by_what_is_left_and_never_more() -> None:
    cart = [line("a", 1_000), line("b", 500)]

    assert discounts(priced(cart, AmountOff(amounts={"USD": 100}))) == [67, 33]
    assert discounts(priced(cart, AmountOff(amounts={"USD": 9_999}))) == [1_000, 500]
    half_off_a = Percentage(ppm=percent(50), target=goods("a"))
    assert discounts(priced(cart, half_off_a, AmountOff(amounts={"USD": 100}))) == [550, 50]


def test_an_amount_off_each_unit() -> None:
    cart = [line("a", 1_000, 3), line("b", 150, 2)]

    result = priced(cart, AmountOff(amounts={"USD": 200}, per_unit=True, level=Level.ORDER))

    assert discounts(result) == [600, 300]


def test_what_a_free_unit_cannot_give_is_not_taken_off_another() -> None:
    """Of three at 10.00 one is free; 5.00 off each is 10.00 then, not 15.00."""
    cart = [line("a", 1_000, 3)]

    assert priced(cart, THREE_FOR_TWO, AmountOff(amounts={"USD": 500}, per_unit=True)).total == 1_000
    assert priced(cart, THREE_FOR_TWO, FixedPrice(prices={"USD": 600})).total == 1_200


def test_a_fixed_price_is_for_what_would_cost_more() -> None:
    cart = [line("a", 1_000, 2), line("b", 700)]

    assert discounts(priced(cart, FixedPrice(prices={"USD": 800}))) == [400, 0]


def test_tiers_count_the_units_of_their_target() -> None:
    tiers = Tiers(tiers=(Tier(3, percent(10)), Tier(10, percent(20))), target=goods("sale"))

    def discount(quantity: int) -> int:
        return priced([line("a", 100, quantity, "sale"), line("b", 100, 50)], tiers).discount

    assert [discount(each) for each in (2, 3, 9, 10)] == [0, 30, 90, 200]


def test_three_for_two_gives_the_cheapest_and_no_unit_twice() -> None:
    cart = [line("a", 1_000), line("b", 700), line("c", 400, 3)]

    # Five units: one set of three, the cheapest one is free.
    assert discounts(priced(cart, THREE_FOR_TWO)) == [0, 0, 400]
    # The dearest two qualified; two of `c` are left, too few for another set.
    assert reasons(priced(cart, THREE_FOR_TWO, THREE_FOR_TWO)) == [None, "nothing-to-discount"]


def test_buy_some_get_others_cheaper() -> None:
    shirts_for_shoes = BuyXGetY(
        buy_quantity=1, get_quantity=1, buy=goods("shoes"), get=goods("shirt"), ppm=percent(50)
    )
    cart = [line("shirt", 301, 5), line("shoes", 5_000, 2)]

    assert discounts(priced(cart, shirts_for_shoes)) == [301, 0]


@pytest.mark.parametrize(("times", "discount"), [(None, 300), (1, 100), (2, 200), (9, 300)])
def test_so_many_times_at_the_most(times: int | None, discount: int) -> None:
    benefit = BuyXGetY(buy_quantity=2, get_quantity=1, times=times)

    assert priced([line("a", 100, 10)], benefit).discount == discount


def test_what_costs_least_now_is_what_gets_cheaper() -> None:
    half_off_a = Percentage(ppm=percent(50), target=goods("a"))
    cart = [line("a", 1_000), line("b", 800), line("c", 900)]

    assert discounts(priced(cart, half_off_a, THREE_FOR_TWO)) == [1_000, 0, 0]


def test_too_few_to_get_are_none_at_all() -> None:
    two_socks = BuyXGetY(buy_quantity=1, get_quantity=2, buy=goods("shoes"), get=goods("socks"))

    assert priced([line("shoes", 5_000, 9), line("socks", 300)], two_socks).discount == 0


def test_enough_units_are_left_to_qualify() -> None:
    """Both shirts cost less than the cap, but one of them has to be bought."""
    two_others = BuyXGetY(buy_quantity=1, get_quantity=2, buy=goods("shirt"))
    cart = [line("cap", 900), line("x", 100, 1, "shirt"), line("y", 200, 1, "shirt")]

    assert discounts(priced(cart, two_others)) == [900, 100, 0]


def test_the_dearest_units_qualify() -> None:
    one_for_one = BuyXGetY(buy_quantity=1, get_quantity=1, times=1)
    one_free = Bundle(parts=(Part(EVERYTHING, 1),), prices={"USD": 0}, times=1)
    cart = [line("a", 1_000), line("b", 500), line("c", 400), line("d", 300)]

    assert discounts(priced(cart, one_for_one, one_free)) == [0, 500, 0, 300]


def test_units_of_a_line_differ_by_a_remainder() -> None:
    """Ten for three units: 4, 3 and 3."""
    cart, two_off = [line("a", 4, 3)], AmountOff(amounts={"USD": 2})

    assert priced(cart, two_off, THREE_FOR_TWO).discount == 2 + 3
    assert priced(cart, two_off, Bundle(parts=(Part(EVERYTHING, 2),), prices={"USD": 0})).discount == 2 + 7


def test_a_gift_in_the_cart_takes_nobodys_free_unit() -> None:
    cart = [line("gift", 0, 5), line("a", 1_000, 3)]

    assert priced(cart, THREE_FOR_TWO).discount == 1_000
    assert priced([line("gift", 0, 5), line("a", 1_000, 2)], THREE_FOR_TWO).discount == 0


def test_a_bundle_costs_its_price_as_often_as_it_is_there() -> None:
    set_of_two = Bundle(parts=(Part(goods("cup"), 2), Part(goods("pot"), 1)), prices={"USD": 2_000})
    cart = [line("cup", 500, 5), line("pot", 1_500, 3)]

    result = priced(cart, set_of_two)

    # Twice two cups and a pot, 25.00 each time: 5.00 off, split by 10.00 to 15.00.
    assert discounts(result) == [400, 600]


def test_a_bundle_of_any_units_takes_the_dearest_and_never_makes_a_loss() -> None:
    any_two = Bundle(parts=(Part(EVERYTHING, 2),), prices={"USD": 1_500})

    # 10.00 and 9.00 for 15.00; 4.00 and 3.00 stay as they are.
    cart = [line("a", 1_000), line("b", 900), line("c", 400), line("d", 300)]
    assert priced(cart, any_two).discount == 400
    assert priced([line("c", 400), line("d", 300)], any_two).discount == 0


def test_parts_of_a_bundle_may_mean_the_same_lines() -> None:
    """The only pot is kept for the part that must have it."""
    pot_and_any = Bundle(parts=(Part(EVERYTHING, 1), Part(goods("pot"), 1)), prices={"USD": 1_000})

    assert priced([line("cup", 500), line("pot", 1_500)], pot_and_any).discount == 1_000


def test_units_of_a_bundle_do_not_count_again() -> None:
    any_two = Bundle(parts=(Part(EVERYTHING, 2),), prices={"USD": 150}, times=1)

    result = priced([line("a", 100, 4)], any_two, THREE_FOR_TWO)

    assert reasons(result) == [None, "nothing-to-discount"]
    assert result.discount == 50


def test_free_shipping_by_method() -> None:
    by_post = FreeShipping(methods=frozenset({"post"}))
    cart = [line("a", 1_000)]

    assert priced(cart, by_post, shipping=POST).shipping == 0
    assert priced(cart, by_post, shipping=Shipping(900, "courier")).shipping == 900


def test_parts_of_the_shipping_price_multiply() -> None:
    half = FreeShipping(ppm=percent(50))

    result = priced([line("a", 1_000)], half, half, shipping=POST)

    assert (result.shipping, result.shipping_discount, result.discount) == (125, 375, 0)


@pytest.mark.parametrize(
    ("benefit", "asked"),
    [
        (Percentage(ppm=1, target=goods("a")), [goods("a")]),
        (AmountOff(amounts={"USD": 1}, target=goods("a")), [goods("a")]),
        (FixedPrice(prices={"USD": 1}, target=goods("a")), [goods("a")]),
        (Tiers(tiers=(Tier(1, 1),), target=goods("a")), [goods("a")]),
        (BuyXGetY(buy_quantity=1, get_quantity=1, buy=goods("a"), get=goods("b")), [goods("a"), goods("b")]),
        (
            Bundle(parts=(Part(goods("a"), 1), Part(goods("b"), 1)), prices={"USD": 1}),
            [goods("a"), goods("b")],
        ),
        (FreeShipping(), []),
    ],
)
def test_a_promotion_tells_what_it_asks_of_lines(benefit: Benefit, asked: list[Target]) -> None:
    conditions = Conditions(goods=goods("c"))

    assert promotion(benefit, conditions=conditions).targets == (goods("c"), *asked)
