"""What each kind of benefit takes off each line. Nothing here goes below zero, or asks for the time.

An offer is worked out first and carried out only when it is the best of its group. Its cost grows with the
number of lines, never with the number of units.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.promotion import (
    AmountOff,
    Bundle,
    BuyXGetY,
    FixedPrice,
    Percentage,
    Tiers,
)
from ecommerce.domain.pricing.target import Target
from ecommerce.domain.shared.money import split

_MILLION = 1_000_000


@dataclass(slots=True)
class Use:
    """Units of a line that count in a promotion, what they are worth, and what is taken off them."""

    units: int = 0
    value: int = 0
    discount: int = 0


@dataclass(slots=True)
class Offer:
    """`parts` is what would be taken off each line. By units: which units it would use up."""

    parts: list[int]
    uses: dict[int, Use] = field(default_factory=dict)

    @property
    def discount(self) -> int:
        return sum(self.parts)


def carry_out(offer: Offer, basket: Basket) -> None:
    if not offer.uses:
        basket.take_off(offer.parts)
        return
    for index, use in offer.uses.items():
        basket.use(index, use.units, use.value, use.discount)


def percent_of(amount: int, ppm: int) -> int:
    """`ppm` millionths of a sum that is not negative, rounded half up."""
    return (2 * amount * ppm + _MILLION) // (2 * _MILLION)


def _meant(basket: Basket, target: Target) -> list[int]:
    if target.is_everything:
        return list(basket.lines)
    return [index for index, features in enumerate(basket.features) if target.matches(features)]


def _spread(basket: Basket, amount: int, lines: list[int], weights: list[int]) -> Offer:
    parts = [0] * len(basket.lines)
    if amount > 0:
        for index, part in zip(lines, split(amount, weights), strict=True):
            parts[index] = part
    return Offer(parts)


def _percentage(basket: Basket, benefit: Percentage, currency: str) -> Offer:
    lines = _meant(basket, benefit.target)
    left = [basket.left(index) for index in lines]
    if not benefit.of_list_price:
        return _spread(basket, percent_of(sum(left), benefit.ppm), lines, left)
    gross = [basket.gross[index] for index in lines]
    offer = _spread(basket, percent_of(sum(gross), benefit.ppm), lines, gross)
    for index, most in zip(lines, left, strict=True):
        offer.parts[index] = min(offer.parts[index], most)
    return offer


def _amount(basket: Basket, benefit: AmountOff, currency: str) -> Offer:
    amount = benefit.amounts.get(currency, 0)
    lines = _meant(basket, benefit.target)
    left = [basket.left(index) for index in lines]
    if not benefit.per_unit:
        return _spread(basket, min(amount, sum(left)), lines, left)
    parts = [0] * len(basket.lines)
    for index, most in zip(lines, left, strict=True):
        parts[index] = min(amount * basket.quantities[index], most)
    return Offer(parts)


def _fixed_price(basket: Basket, benefit: FixedPrice, currency: str) -> Offer:
    parts = [0] * len(basket.lines)
    price = benefit.prices.get(currency)
    if price is not None:
        for index in _meant(basket, benefit.target):
            parts[index] = max(0, basket.left(index) - price * basket.quantities[index])
    return Offer(parts)


def _tiers(basket: Basket, benefit: Tiers, currency: str) -> Offer:
    lines = _meant(basket, benefit.target)
    units = sum(basket.quantities[index] for index in lines)
    ppm = max((tier.ppm for tier in benefit.tiers if units >= tier.quantity), default=0)
    left = [basket.left(index) for index in lines]
    return _spread(basket, percent_of(sum(left), ppm), lines, left)


def _buy_x_get_y(basket: Basket, benefit: BuyXGetY, currency: str) -> Offer:
    nothing = Offer([0] * len(basket.lines))
    bought = [index for index in _meant(basket, benefit.buy) if basket.unused[index]]
    got = [index for index in _meant(basket, benefit.get) if basket.unused[index]]
    both = set(bought) & set(got)
    to_buy = sum(basket.unused[index] for index in bought)
    to_get = sum(basket.unused[index] for index in got)
    in_all = to_buy + to_get - sum(basket.unused[index] for index in both)
    times = min(
        to_buy // benefit.buy_quantity,
        to_get // benefit.get_quantity,
        in_all // (benefit.buy_quantity + benefit.get_quantity),
    )
    if benefit.times is not None:
        times = min(times, benefit.times)
    if not times:
        return nothing
    # Cheapest first; but of what could be bought as well, enough must stay to be bought.
    spare = to_buy - times * benefit.buy_quantity
    wanted = times * benefit.get_quantity
    taken: dict[int, int] = {}
    for index in sorted(got, key=lambda each: (basket.unit_prices[each], each)):
        units = min(basket.unused[index], wanted)
        if index in both:
            units = min(units, spare)
            spare -= units
        if units:
            taken[index] = units
            wanted -= units
    uses: dict[int, Use] = {}
    values = {index: basket.cheapest(index, units) for index, units in taken.items()}
    discounts = split(percent_of(sum(values.values()), benefit.ppm), list(values.values()))
    for (index, units), discount in zip(taken.items(), discounts, strict=True):
        uses[index] = Use(units, values[index], discount)
        nothing.parts[index] = discount
    to_qualify = times * benefit.buy_quantity
    for index in sorted(bought, key=lambda each: (-basket.unit_prices[each], each)):
        use = uses.setdefault(index, Use())
        units = min(basket.unused[index] - use.units, to_qualify)
        to_qualify -= units
        # The units that get cheaper are the cheapest of the line: the others are worth the rest.
        use.value = basket.cheapest(index, use.units + units)
        use.units += units
    return Offer(nothing.parts, {index: use for index, use in uses.items() if use.units})


def _bundle(basket: Basket, benefit: Bundle, currency: str) -> Offer:
    nothing = Offer([0] * len(basket.lines))
    price = benefit.prices.get(currency)
    if price is None:
        return nothing
    parts = [
        (
            part.quantity,
            sorted(_meant(basket, part.target), key=lambda each: (-basket.unit_prices[each], each)),
        )
        for part in benefit.parts
    ]
    most = min(sum(basket.unused[index] for index in lines) // quantity for quantity, lines in parts)
    if benefit.times is not None:
        most = min(most, benefit.times)
    low, best = 0, {}
    while low < most:  # the largest number of bundles for which there are units
        middle = (low + most + 1) // 2
        chosen = _choose(basket, parts, middle)
        if chosen is None:
            most = middle - 1
        else:
            low, best = middle, chosen
    values = {index: basket.dearest(index, units) for index, units in best.items()}
    discount = sum(values.values()) - price * low
    if discount <= 0:
        return nothing
    shares = split(discount, list(values.values()))
    uses = {
        index: Use(units, values[index], share)
        for (index, units), share in zip(best.items(), shares, strict=True)
    }
    for index, use in uses.items():
        nothing.parts[index] = use.discount
    return Offer(nothing.parts, uses)


def _choose(basket: Basket, parts: list[tuple[int, list[int]]], bundles: int) -> dict[int, int] | None:
    """The dearest units for so many bundles, by line; None where there are not enough."""
    chosen: dict[int, int] = {}
    for quantity, lines in parts:
        wanted = quantity * bundles
        for index in lines:
            units = min(basket.unused[index] - chosen.get(index, 0), wanted)
            if units:
                chosen[index] = chosen.get(index, 0) + units
                wanted -= units
        if wanted:
            return None
    return chosen


_WORK_OUT: Mapping[type, Callable[[Basket, Any, str], Offer]] = {
    Percentage: _percentage,
    AmountOff: _amount,
    FixedPrice: _fixed_price,
    Tiers: _tiers,
    BuyXGetY: _buy_x_get_y,
    Bundle: _bundle,
}


def work_out(basket: Basket, benefit: object, currency: str) -> Offer:
    """What a benefit for goods would take off now."""
    return _WORK_OUT[type(benefit)](basket, benefit, currency)
