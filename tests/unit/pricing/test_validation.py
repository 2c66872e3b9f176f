"""Promotions that contradict themselves, or can't ever apply."""

from dataclasses import replace
from random import Random

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
from ecommerce.domain.pricing.target import EVERYTHING, Target
from ecommerce.domain.pricing.validation import check
from ecommerce.domain.shared.kernel import InvalidValue
from tests.unit.pricing.carts import snapshot
from tests.unit.pricing.shop import promotion

TEN_PERCENT = Percentage(ppm=100_000)
NOTHING = Target.of(["tag:a", "tag:b"], without=["tag:a", "tag:b", "tag:c"])
TOO_MANY = Target.of([f"tag:{number}" for number in range(400)], [f"tag:{number}" for number in range(101)])


def bundle(*parts: Part) -> Bundle:
    return Bundle(parts=parts, prices={"USD": 1})


@pytest.mark.parametrize(
    ("benefit", "pointer"),
    [
        (Percentage(ppm=0), "/benefit/ppm"),
        (Percentage(ppm=1_000_001), "/benefit/ppm"),
        (Percentage(ppm=1, level=Level.SHIPPING), "/benefit/level"),
        (Percentage(ppm=1, target=NOTHING), "/benefit/target/without"),
        (Percentage(ppm=1, target=TOO_MANY), "/benefit/target"),
        (AmountOff(amounts={}), "/benefit/amounts"),
        (AmountOff(amounts={"EUR": 1, "USD": 0}), "/benefit/amounts"),
        (AmountOff(amounts={"USD": -1}), "/benefit/amounts"),
        (AmountOff(amounts={"USD": 10**15 + 1}), "/benefit/amounts"),
        (AmountOff(amounts={"USD": 1}, level=Level.SHIPPING), "/benefit/level"),
        (AmountOff(amounts={"USD": 1}, target=NOTHING), "/benefit/target/without"),
        (FixedPrice(prices={}), "/benefit/prices"),
        (FixedPrice(prices={"USD": -1}), "/benefit/prices"),
        (FixedPrice(prices={"USD": 1}, target=NOTHING), "/benefit/target/without"),
        (BuyXGetY(buy_quantity=0, get_quantity=1), "/benefit/buy_quantity"),
        (BuyXGetY(buy_quantity=1_000, get_quantity=1), "/benefit/buy_quantity"),
        (BuyXGetY(buy_quantity=1, get_quantity=0), "/benefit/get_quantity"),
        (BuyXGetY(buy_quantity=1, get_quantity=1_000), "/benefit/get_quantity"),
        (BuyXGetY(buy_quantity=1, get_quantity=1, times=0), "/benefit/times"),
        (BuyXGetY(buy_quantity=1, get_quantity=1, ppm=0), "/benefit/ppm"),
        (BuyXGetY(buy_quantity=1, get_quantity=1, buy=NOTHING), "/benefit/buy/without"),
        (BuyXGetY(buy_quantity=1, get_quantity=1, get=NOTHING), "/benefit/get/without"),
        (Tiers(tiers=()), "/benefit/tiers"),
        (Tiers(tiers=(Tier(0, 1),)), "/benefit/tiers/0/quantity"),
        (Tiers(tiers=(Tier(1, 0),)), "/benefit/tiers/0/ppm"),
        (Tiers(tiers=(Tier(2, 1), Tier(2, 2))), "/benefit/tiers/1/quantity"),
        (Tiers(tiers=(Tier(2, 2), Tier(3, 2))), "/benefit/tiers/1/ppm"),
        (Tiers(tiers=(Tier(2, 2),), target=NOTHING), "/benefit/target/without"),
        (bundle(), "/benefit/parts"),
        (bundle(*[Part(EVERYTHING, 1)] * 9), "/benefit/parts"),
        (bundle(Part(EVERYTHING, 1), Part(EVERYTHING, 0)), "/benefit/parts/1/quantity"),
        (bundle(Part(EVERYTHING, 1), Part(NOTHING, 1)), "/benefit/parts/1/target/without"),
        (Bundle(parts=(Part(EVERYTHING, 1),), prices={}), "/benefit/prices"),
        (Bundle(parts=(Part(EVERYTHING, 1),), prices={"USD": 1}, times=0), "/benefit/times"),
        (FreeShipping(ppm=0), "/benefit/ppm"),
    ],
)
def test_a_benefit_that_makes_no_sense_is_refused(benefit: Benefit, pointer: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        check(promotion(benefit))

    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("conditions", "pointer"),
    [
        (Conditions(min_quantity=-1), "/conditions/min_quantity"),
        (Conditions(min_quantity=99_901), "/conditions/min_quantity"),
        (Conditions(min_subtotal={"USD": -1}), "/conditions/min_subtotal"),
        (Conditions(min_subtotal={"EUR": 1, "JPY": 1}), "/conditions/min_subtotal"),
        (Conditions(goods=NOTHING), "/conditions/goods/without"),
        (Conditions(goods=TOO_MANY), "/conditions/goods"),
    ],
)
def test_conditions_that_never_hold_are_refused(conditions: Conditions, pointer: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        check(promotion(AmountOff(amounts={"USD": 1}), conditions=conditions))

    assert refused.value.pointer == pointer


@pytest.mark.parametrize("priority", [-1, 10_001])
def test_a_priority_is_from_0_to_10000(priority: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        check(promotion(TEN_PERCENT, priority=priority))

    assert refused.value.pointer == "/priority"


def test_what_makes_sense_is_let_through() -> None:
    for benefit in (
        Percentage(ppm=1_000_000, level=Level.ORDER, of_list_price=True, target=Target.of(without=["tag:a"])),
        AmountOff(amounts={"EUR": 1, "USD": 10**15}, target=Target.of(["tag:a", "tag:b"], ["tag:a"])),
        FixedPrice(prices={"USD": 0}),
        BuyXGetY(buy_quantity=999, get_quantity=999, times=1),
        Tiers(tiers=(Tier(1, 1), Tier(99_900, 1_000_000))),
        bundle(Part(EVERYTHING, 1)),
        FreeShipping(),
    ):
        conditions = Conditions(min_subtotal={"USD": 0, "JPY": 5}, min_quantity=99_900)
        check(promotion(benefit, conditions=conditions, priority=10_000))
    check(promotion(TEN_PERCENT, priority=0))


def test_the_random_promotions_of_these_tests_make_sense() -> None:
    for seed in range(200):
        for each in snapshot(Random(seed)).candidates:
            check(replace(each.promotion, conditions=replace(each.promotion.conditions, min_subtotal={})))
