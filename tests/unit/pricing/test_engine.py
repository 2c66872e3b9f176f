"""Whose turn it is, what becomes of each promotion, and what does not matter."""

import pytest

from ecommerce.domain.pricing.engine import price
from ecommerce.domain.pricing.promotion import AmountOff, FixedPrice, FreeShipping, Level, Percentage
from ecommerce.domain.pricing.snapshot import Candidate, Considered, Line, Shipping, Snapshot
from tests.unit.pricing.shop import POST, VAT, discounts, goods, line, percent, priced, promotion, reasons

TEN_PERCENT = Percentage(ppm=percent(10))
HALF = Percentage(ppm=percent(50))
FIVE_OFF_THE_ORDER = AmountOff(amounts={"USD": 500}, level=Level.ORDER)


def test_an_empty_cart_costs_nothing() -> None:
    result = priced([], HALF)

    assert (result.total, result.lines, reasons(result)) == (0, (), ["nothing-to-discount"])


def test_every_sum_of_a_breakdown() -> None:
    cart = [line("a", 1_000, 2, taxes=(VAT,)), line("b", 500, 1, taxes=(VAT,))]
    post = Shipping(500, "post", (VAT,))

    result = priced(cart, TEN_PERCENT, FreeShipping(ppm=percent(40)), shipping=post)

    assert discounts(result) == [200, 50]
    assert [each.total for each in result.lines] == [1_800, 450]
    assert [each.tax for each in result.lines] == [360, 90]
    assert (result.subtotal, result.discount) == (2_500, 250)
    assert (result.shipping, result.shipping_discount) == (300, 200)
    assert [each.amount for each in result.shipping_taxes] == [60]
    assert (result.tax, result.total) == (510, 2_250 + 300 + 510)
    assert result.considered == (
        Considered(promotion(TEN_PERCENT, "p0"), 250, None, (200, 50)),
        Considered(promotion(FreeShipping(ppm=percent(40)), "p1"), 200, None, ()),
    )


def test_lines_come_before_the_order_whatever_their_priority() -> None:
    first = promotion(FIVE_OFF_THE_ORDER, "order", priority=0)
    then = promotion(HALF, "lines", priority=9_999)

    assert priced([line("a", 2_000)], first, then).discount == 1_000 + 500


def test_within_a_level_the_smallest_priority_goes_first_then_the_smallest_id() -> None:
    five, half = AmountOff(amounts={"USD": 500}), HALF

    def discount(*given: tuple[str, int]) -> int:
        (id_five, priority_five), (id_half, priority_half) = given
        return priced(
            [line("a", 2_000)],
            promotion(five, id_five, priority=priority_five),
            promotion(half, id_half, priority=priority_half),
        ).discount

    assert discount(("z", 1), ("a", 2)) == 500 + 750
    assert discount(("a", 2), ("z", 1)) == 1_000 + 500
    assert discount(("a", 1), ("z", 1)) == 500 + 750
    assert discount(("z", 1), ("a", 1)) == 1_000 + 500


def test_the_best_of_a_group_applies_and_of_equal_ones_the_first() -> None:
    result = priced(
        [line("a", 1_000)],
        promotion(TEN_PERCENT, "a", group="sale"),
        promotion(HALF, "b", group="sale"),
        promotion(AmountOff(amounts={"USD": 500}), "c", group="sale"),
    )

    assert result.discount == 500
    assert reasons(result) == ["outdone", None, "outdone"]


def test_a_group_has_one_winner_on_each_level() -> None:
    result = priced(
        [line("a", 1_000)],
        promotion(TEN_PERCENT, "a", group="sale"),
        promotion(FIVE_OFF_THE_ORDER, "b", group="sale"),
    )

    assert reasons(result) == [None, None]


def test_groups_take_the_turn_of_their_first_member() -> None:
    result = priced(
        [line("a", 1_000)],
        promotion(TEN_PERCENT, "a", priority=1, group="sale"),
        promotion(AmountOff(amounts={"USD": 500}), "b", priority=2),
        promotion(Percentage(ppm=percent(20)), "c", priority=3, group="sale"),
    )

    assert [each.promotion.id for each in result.considered] == ["a", "c", "b"]
    assert [each.discount for each in result.considered] == [0, 200, 500]


def test_a_group_may_be_called_like_a_promotion() -> None:
    result = priced([line("a", 1_000)], promotion(TEN_PERCENT, "a", group="b"), promotion(TEN_PERCENT, "b"))

    assert reasons(result) == [None, None]


def test_one_that_stands_alone_lets_nothing_after_it() -> None:
    result = priced(
        [line("a", 1_000)],
        promotion(TEN_PERCENT, "a", alone=True),
        promotion(HALF, "b"),
        promotion(FIVE_OFF_THE_ORDER, "c"),
        promotion(FreeShipping(), "d"),
        shipping=POST,
    )

    assert reasons(result) == [None, "not-combinable", "not-combinable", "not-combinable"]


def test_one_that_stands_alone_does_not_apply_after_another() -> None:
    result = priced([line("a", 1_000)], promotion(TEN_PERCENT, "a"), promotion(HALF, "b", alone=True))

    assert reasons(result) == [None, "not-combinable"]


def test_one_that_stands_alone_and_gives_nothing_stops_nobody() -> None:
    result = priced(
        [line("a", 1_000)],
        promotion(Percentage(ppm=percent(10), target=goods("b")), "a", alone=True),
        promotion(HALF, "b"),
    )

    assert reasons(result) == ["nothing-to-discount", None]


def test_a_budget_is_used_whole_or_not_at_all() -> None:
    for left, reason in ((499, "budget-exhausted"), (500, None)):
        result = priced([line("a", 1_000)], Candidate(promotion(HALF), budget_left=left))

        assert reasons(result) == [reason]


def test_one_without_budget_leaves_the_place_to_the_next_of_its_group() -> None:
    result = priced(
        [line("a", 1_000)],
        Candidate(promotion(HALF, "a", group="sale"), budget_left=10),
        Candidate(promotion(TEN_PERCENT, "b", group="sale")),
    )

    assert reasons(result) == ["budget-exhausted", None]


def test_what_is_refused_beforehand_says_why() -> None:
    result = priced([line("a", 1_000)], Candidate(promotion(HALF), budget_left=0, refused="limit-reached"))

    assert (result.discount, reasons(result)) == (0, ["limit-reached"])


def test_what_costs_nothing_stays_so() -> None:
    cart = [line("free", 0, 3), line("a", 1_000)]

    result = priced(cart, AmountOff(amounts={"USD": 300}, per_unit=True), FixedPrice(prices={"USD": 200}))

    assert discounts(result) == [800, 0]


@pytest.mark.parametrize(("currency", "total"), [("JPY", 667), ("USD", 667), ("KWD", 667)])
def test_a_minor_unit_is_a_minor_unit_in_every_currency(currency: str, total: int) -> None:
    """667 yen, 6.67 dollars, 0.667 dinars."""
    result = priced([line("a", 1_000)], Percentage(ppm=333_333), currency=currency)

    assert result.total == total


def test_lines_of_one_key_are_one_line() -> None:
    one = Snapshot("USD", False, (line("a", 333), line("b", 5), line("a", 333), line("a", 333)))
    other = Snapshot("USD", False, (line("b", 5), line("a", 333, 3)))

    assert one.canonical() == other.canonical()
    assert price(one.canonical()) == price(other.canonical())


def test_two_different_lines_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="two different lines"):
        Snapshot("USD", False, (Line("a", 1, 1), Line("a", 2, 1))).canonical()


def test_a_promotion_is_considered_once() -> None:
    twice = (Candidate(promotion(HALF)), Candidate(promotion(HALF)))
    result = price(Snapshot("USD", False, (line("a", 1_000),), candidates=twice).canonical())

    assert (result.discount, reasons(result)) == (500, [None])
    with pytest.raises(ValueError, match="two different candidates"):
        Snapshot("USD", False, (), candidates=(*twice, Candidate(promotion(HALF), budget_left=1))).canonical()


def test_an_order_keeps_what_applied_with_its_rivals_and_what_they_ask_for() -> None:
    applied = promotion(Percentage(ppm=percent(50), target=goods("a")), "a", group="sale")
    rival = promotion(Percentage(ppm=percent(20), target=goods("b")), "b", group="sale")
    namesake = promotion(AmountOff(amounts={"EUR": 1}, level=Level.ORDER), "c", group="sale")
    useless = promotion(Percentage(ppm=percent(20), target=goods("x")), "d")
    whole = Snapshot(
        "USD",
        False,
        (line("a", 1_000, 1, "new"), line("b", 1_000, 1, "old")),
        candidates=tuple(Candidate(each) for each in (useless, namesake, rival, applied)),
    )

    kept = whole.essential(price(whole.canonical()))

    assert [each.promotion.id for each in kept.candidates] == ["a", "b"]
    assert [each.features for each in kept.lines] == [{"tag:a"}, {"tag:b"}]
