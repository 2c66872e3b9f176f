"""Bundles: some of each part for one price, in which the dearest fresh units go first.

Parts may mean the same lines ("any shoe, and any article of the summer sale"). Which units make so many
bundles is then a matching of units to parts. It is possible (Hall's theorem) when for each set of parts there
are enough units that fit one of them, and units can be matched when of those that fit no other parts than
those of a set there are no more than these ask for. So it is enough to count, per set of parts.
"""

from bisect import bisect_left
from collections.abc import Mapping
from functools import cache

from ecommerce.domain.pricing.basket import Basket, Counted
from ecommerce.domain.pricing.offer import NOTHING, Offer
from ecommerce.domain.pricing.promotion import Bundle, Part
from ecommerce.domain.shared.money import split


def bundle(basket: Basket, benefit: Bundle, currency: str) -> Offer:
    shelf = _Shelf(basket, benefit.parts)
    price, most = benefit.prices[currency], shelf.most_bundles()
    if benefit.times is not None:
        most = min(most, benefit.times)
    if not most or shelf.worth(1) <= price:
        return NOTHING
    worth = cache(shelf.worth)
    # Each further bundle has cheaper units and saves less than the one before.
    bundles = 1 + bisect_left(range(1, most), True, key=lambda made: worth(made + 1) - worth(made) <= price)
    chosen = shelf.choose(bundles)
    values = [basket.dearest(index, units) for index, units in chosen.items()]
    discount = max(0, sum(values) - bundles * price)
    amounts = split(discount, values)
    counted = {
        index: Counted(got=units, got_left=value - amount)
        for (index, units), value, amount in zip(chosen.items(), values, amounts, strict=True)
    }
    return Offer(discount, list(chosen), amounts, units=counted)


class _Shelf:
    """The fresh units that fit a part. A set of parts is an integer, with a bit for each."""

    __slots__ = ("_asked", "_basket", "_dearest_first", "_fits", "_within")

    def __init__(self, basket: Basket, parts: tuple[Part, ...]) -> None:
        self._basket = basket
        self._fits: dict[int, int] = {}
        for number, part in enumerate(parts):
            for index in basket.meant(part.target):
                if basket.fresh[index]:
                    self._fits[index] = self._fits.get(index, 0) | 1 << number
        self._dearest_first = sorted(self._fits, key=lambda index: (-basket.cheapest_one(index), index))
        singles = {1 << number: part.quantity for number, part in enumerate(parts)}
        apart = singles.keys() >= set(self._fits.values())
        self._asked = singles if apart else _of_each_set(singles)
        self._within = {
            fit: [each for each in self._asked if fit & each == fit] for fit in set(self._fits.values())
        }

    def most_bundles(self) -> int:
        fresh, fits = self._basket.fresh, self._fits.items()
        return min(
            sum([fresh[index] for index, fit in fits if fit & each]) // asked
            for each, asked in self._asked.items()
        )

    def choose(self, bundles: int) -> dict[int, int]:
        """The dearest units for so many bundles, by line."""
        room = {each: asked * bundles for each, asked in self._asked.items()}
        chosen: dict[int, int] = {}
        for index in self._dearest_first:
            units = self._basket.fresh[index]
            within = self._within[self._fits[index]]
            for each in within:
                units = min(units, room[each])
            if units:
                chosen[index] = units
                for each in within:
                    room[each] -= units
        return chosen

    def worth(self, bundles: int) -> int:
        return sum([self._basket.dearest(index, units) for index, units in self.choose(bundles).items()])


def _of_each_set(singles: Mapping[int, int]) -> dict[int, int]:
    return {
        each: sum([asked for single, asked in singles.items() if single & each])
        for each in range(1, 1 << len(singles))
    }
