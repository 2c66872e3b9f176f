"""Buy X get Y: the dearest fresh units qualify, the cheapest ones get cheaper."""

from collections.abc import Sequence

from ecommerce.domain.pricing.basket import Basket, Counted
from ecommerce.domain.pricing.offer import NOTHING, Offer, percent_of
from ecommerce.domain.pricing.promotion import BuyXGetY
from ecommerce.domain.pricing.target import Target
from ecommerce.domain.shared.money import split


def buy_x_get_y(basket: Basket, benefit: BuyXGetY, currency: str) -> Offer:
    buy, get = _worth_something(basket, benefit.buy), _worth_something(basket, benefit.get)
    if not buy or not get:
        return NOTHING
    both = set(buy).intersection(get)
    to_buy, to_get, in_both = (sum([basket.fresh[index] for index in lines]) for lines in (buy, get, both))
    # As often as there are enough of each, and enough of them together: none is bought and got.
    times = min(
        to_buy // benefit.buy_quantity,
        to_get // benefit.get_quantity,
        (to_buy + to_get - in_both) // (benefit.buy_quantity + benefit.get_quantity),
    )
    if benefit.times is not None:
        times = min(times, benefit.times)
    if not times:
        return NOTHING
    spare = to_buy - times * benefit.buy_quantity
    got = _take_cheapest(basket, get, times * benefit.get_quantity, both, spare)
    worth = [basket.cheapest(index, units) for index, units in got.items()]
    discount = percent_of(sum(worth), benefit.ppm)
    amounts = split(discount, worth)
    counted = {
        index: Counted(got=units, got_left=value - amount)
        for (index, units), value, amount in zip(got.items(), worth, amounts, strict=True)
    }
    _qualify(basket, buy, times * benefit.buy_quantity, counted)
    return Offer(discount, list(got), amounts, units=counted)


def _worth_something(basket: Basket, target: Target) -> list[int]:
    """Lines with fresh units that still cost something: what is free neither qualifies nor gets cheaper."""
    fresh, left = basket.fresh, basket.fresh_left
    return [index for index in basket.meant(target) if fresh[index] and left[index]]


def _take_cheapest(
    basket: Basket, lines: Sequence[int], wanted: int, both: set[int], spare: int
) -> dict[int, int]:
    """Units by line; of the lines that could be bought as well no more than can be spared."""
    taken: dict[int, int] = {}
    for index in sorted(lines, key=basket.cheapest_one):
        units = min(basket.fresh[index], wanted)
        if index in both:
            units = min(units, spare)
            spare -= units
        if units:
            taken[index] = units
            wanted -= units
    return taken


def _qualify(basket: Basket, lines: Sequence[int], wanted: int, counted: dict[int, Counted]) -> None:
    """Count the dearest units that are not got as bought."""
    for index in sorted(lines, key=basket.cheapest_one, reverse=True):
        units = counted.get(index) or Counted()
        bought = min(basket.fresh[index] - units.got, wanted)
        if bought:
            # The units that get cheaper are the cheapest of the line, those that qualify the next ones.
            together = basket.cheapest(index, units.got + bought)
            units.bought, units.bought_left = bought, together - basket.cheapest(index, units.got)
            counted[index] = units
            wanted -= bought
