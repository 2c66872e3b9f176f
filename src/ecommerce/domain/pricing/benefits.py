"""What each kind of benefit for goods takes off each line. Nothing goes below zero.

The cost grows with the number of lines, never with the number of units.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.bundles import bundle
from ecommerce.domain.pricing.buy_x_get_y import buy_x_get_y
from ecommerce.domain.pricing.offer import NOTHING, Offer, percent_of
from ecommerce.domain.pricing.promotion import (
    AmountOff,
    Benefit,
    Bundle,
    BuyXGetY,
    FixedPrice,
    Percentage,
    Tiers,
)
from ecommerce.domain.pricing.target import Target
from ecommerce.domain.shared.money import split


class Goods:
    """The lines as promotions for lines and orders see them."""

    __slots__ = ("_basket", "_currency")

    def __init__(self, basket: Basket, currency: str) -> None:
        self._basket = basket
        self._currency = currency

    def work_out(self, benefit: Benefit) -> Offer:
        return _KINDS[type(benefit)](self._basket, benefit, self._currency)

    def carry_out(self, offer: Offer) -> None:
        offer.carry_out(self._basket)


def _percentage(basket: Basket, benefit: Percentage, currency: str) -> Offer:
    if not benefit.of_list_price:
        return _percent_of_what_is_left(basket, benefit.target, benefit.ppm)
    lines = basket.meant(benefit.target)
    gross = [basket.gross[index] for index in lines]
    parts = split(percent_of(sum(gross), benefit.ppm), gross)
    amounts = [min(part, basket.left[index]) for index, part in zip(lines, parts, strict=True)]
    return Offer(sum(amounts), lines, amounts)


def _tiers(basket: Basket, benefit: Tiers, currency: str) -> Offer:
    units = basket.units(benefit.target)
    ppm = max([tier.ppm for tier in benefit.tiers if tier.quantity <= units], default=0)
    return _percent_of_what_is_left(basket, benefit.target, ppm) if ppm else NOTHING


def _percent_of_what_is_left(basket: Basket, target: Target, ppm: int) -> Offer:
    lines = basket.meant(target)
    left = [basket.left[index] for index in lines]
    discount = percent_of(sum(left), ppm)
    return Offer(discount, lines, split(discount, left)) if discount else NOTHING


def _amount_off(basket: Basket, benefit: AmountOff, currency: str) -> Offer:
    lines, amount = basket.meant(benefit.target), benefit.amounts[currency]
    if benefit.per_unit:
        return _off_each_unit(basket, lines, lambda units, left: min(amount * units, left))
    left = [basket.left[index] for index in lines]
    discount = min(amount, sum(left))
    return Offer(discount, lines, split(discount, left))


def _fixed_price(basket: Basket, benefit: FixedPrice, currency: str) -> Offer:
    price = benefit.prices[currency]
    lines = basket.meant(benefit.target)
    return _off_each_unit(basket, lines, lambda units, left: max(0, left - price * units))


def _off_each_unit(basket: Basket, lines: Sequence[int], off: Callable[[int, int], int]) -> Offer:
    """`off` says what so many units that are all alike give, of what is left of them.

    Those that an earlier promotion made cheaper are asked apart: what a free unit can't give, no other gives.
    """
    amounts: list[int] = []
    counted: dict[int, tuple[int, int]] = {}
    for index in lines:
        amount = off(basket.fresh[index], basket.fresh_left[index])
        units = basket.counted[index]
        if units is not None:
            got, bought = off(units.got, units.got_left), off(units.bought, units.bought_left)
            counted[index] = got, bought
            amount += got + bought
        amounts.append(amount)
    return Offer(sum(amounts), lines, amounts, counted)


# Each takes its own kind of benefit, which a mapping can't say.
_KINDS: Mapping[type[Benefit], Callable[[Basket, Any, str], Offer]] = {
    Percentage: _percentage,
    AmountOff: _amount_off,
    FixedPrice: _fixed_price,
    Tiers: _tiers,
    BuyXGetY: buy_x_get_y,
    Bundle: bundle,
}
