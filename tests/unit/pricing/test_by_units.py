"""Buy X get Y and bundles against a slow reference that tries every choice of single units."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce.domain.pricing.engine import price, price_goods
from ecommerce.domain.pricing.promotion import Benefit, Bundle, BuyXGetY, Part, Promotion
from ecommerce.domain.pricing.snapshot import Candidate, Line, Snapshot
from ecommerce.domain.pricing.target import EVERYTHING, Target
from tests.unit.pricing.carts import EXAMPLES, snapshots

A, B, C = (Target.of([each]) for each in ("tag:a", "tag:b", "tag:c"))
targets = st.sampled_from((EVERYTHING, A, B, C, Target.of(["tag:a", "tag:b"]), Target.of(without=["tag:a"])))
lines = st.lists(
    st.builds(
        Line,
        key=st.uuids().map(str),
        unit_price=st.integers(0, 20),
        quantity=st.integers(1, 3),
        features=st.frozensets(st.sampled_from(("tag:a", "tag:b", "tag:c")), min_size=1, max_size=2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line.key,
)
often = settings(max_examples=EXAMPLES, deadline=None)


def units(cart: Sequence[Line]) -> list[Line]:
    return [line for line in cart for _ in range(line.quantity)]


def discount(cart: Sequence[Line], *benefits: Benefit) -> int:
    candidates = tuple(
        Candidate(Promotion(id=str(number), name="", benefit=benefit))
        for number, benefit in enumerate(benefits)
    )
    return price(Snapshot("USD", False, tuple(cart), candidates=candidates).canonical()).discount


def cheapest_gift(cart: Sequence[Line], benefit: BuyXGetY) -> int:
    """Of the largest number of times that there are units for, the choice that gives away the least."""
    all_units = [unit for unit in units(cart) if unit.unit_price]
    buyable = {n for n, unit in enumerate(all_units) if benefit.buy.matches(unit.features)}
    gettable = [n for n, unit in enumerate(all_units) if benefit.get.matches(unit.features)]
    for times in range(min(benefit.times or 99, len(all_units)), 0, -1):
        gifts = [
            sum(all_units[n].unit_price for n in got)
            for got in combinations(gettable, times * benefit.get_quantity)
            if len(buyable.difference(got)) >= times * benefit.buy_quantity
        ]
        if gifts:
            return min(gifts)
    return 0


@often
@given(
    lines,
    st.builds(
        BuyXGetY,
        buy_quantity=st.integers(1, 3),
        get_quantity=st.integers(1, 2),
        buy=targets,
        get=targets,
        times=st.none() | st.integers(1, 2),
    ),
)
def test_the_units_that_cost_least_are_free_and_never_one_that_qualified(
    cart: list[Line], benefit: BuyXGetY
) -> None:
    assert discount(cart, benefit) == cheapest_gift(cart, benefit)


def largest_saving(cart: Sequence[Line], benefit: Bundle) -> int:
    all_units = units(cart)

    def saving(times: int) -> int:
        slots = [part.target for part in benefit.parts for _ in range(part.quantity * times)]

        @cache
        def dearest(slot: int, used: int) -> int:
            """What the dearest units for the slots from this one on are worth; far below zero: none fit."""
            if slot == len(slots):
                return 0
            return max(
                (
                    unit.unit_price + dearest(slot + 1, used | 1 << n)
                    for n, unit in enumerate(all_units)
                    if not used >> n & 1 and slots[slot].matches(unit.features)
                ),
                default=-(10**6),
            )

        return dearest(0, 0) - benefit.prices["USD"] * times

    size = sum(part.quantity for part in benefit.parts)
    most = min(benefit.times or 99, len(all_units) // size)
    return max(saving(times) for times in range(most + 1))


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(
    st.lists(lines.map(lambda cart: cart[0]), min_size=1, max_size=4, unique_by=lambda line: line.key),
    st.builds(
        Bundle,
        parts=st.lists(st.builds(Part, targets, st.integers(1, 2)), min_size=1, max_size=3).map(tuple),
        prices=st.integers(0, 30).map(lambda amount: {"USD": amount}),
        times=st.none() | st.integers(1, 2),
    ),
)
def test_a_bundle_saves_as_much_as_any_choice_of_units_does(cart: list[Line], benefit: Bundle) -> None:
    assert discount(cart, benefit) == largest_saving(cart, benefit)


@often
@given(lines, st.builds(BuyXGetY, buy_quantity=st.integers(1, 3), get_quantity=st.integers(1, 3)))
def test_a_second_promotion_by_units_finds_only_what_the_first_one_left(
    cart: list[Line], benefit: BuyXGetY
) -> None:
    together = benefit.buy_quantity + benefit.get_quantity
    worth_something = sum(line.quantity for line in cart if line.unit_price)
    twice = [Candidate(Promotion(id=each, name="", benefit=benefit)) for each in "ab"]

    result = price(Snapshot("USD", False, tuple(cart), candidates=tuple(twice)).canonical())

    assert [each.applied for each in result.considered] == [worth_something >= together, False]


@often
@given(snapshots)
def test_each_unit_is_of_one_kind_and_their_values_sum_to_what_is_left(given: Snapshot) -> None:
    basket = price_goods(given).turns.basket
    for index, line in enumerate(given.lines):
        count, left = basket.fresh[index], basket.fresh_left[index]
        counted = basket.counted[index]
        assert count >= 0
        assert left >= 0
        if counted is not None:
            assert min(counted.bought, counted.bought_left, counted.got, counted.got_left) >= 0
            assert counted.bought_left == 0 or counted.bought
            assert counted.got_left == 0 or counted.got
            count += counted.bought + counted.got
            left += counted.bought_left + counted.got_left
        assert (count, left) == (line.quantity, basket.left[index])
