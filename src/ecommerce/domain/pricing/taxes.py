"""Taxes of what is really paid, inside or on top of it.

Here alone a fraction of a minor unit of tax is rounded, half up: on top, once for each rate; inside, once for
all of them, and the rates share it by the largest remainder, so that net and taxes always sum to the price.
"""

from collections.abc import Sequence
from functools import lru_cache

from ecommerce.domain.pricing.snapshot import Rounding, Tax, TaxRate
from ecommerce.domain.shared.money import split

_MILLION = 1_000_000


@lru_cache(maxsize=1024)
def _shares(rates: tuple[TaxRate, ...]) -> tuple[tuple[int, ...], int]:
    """Each rate as a fraction of the net price, all with one denominator."""
    shares: list[int] = []
    denominator = _MILLION
    for rate in rates:
        if rate.compound and shares:
            base = denominator + sum(shares)
            shares = [share * _MILLION for share in shares]
            denominator *= _MILLION
            shares.append(base * rate.ppm)
        else:
            shares.append(rate.ppm * (denominator // _MILLION))
    return tuple(shares), denominator


def taxes_of(base: int, rates: tuple[TaxRate, ...], included: bool) -> tuple[Tax, ...]:
    """What each rate comes to on `base` minor units, which hold the taxes where they are `included`."""
    if not rates:
        return ()
    shares, whole = _shares(rates)
    if not included:
        return tuple(
            Tax(rate, _half_up(base * share, whole)) for rate, share in zip(rates, shares, strict=True)
        )
    together = sum(shares)
    if together == 0:
        return tuple(Tax(rate, 0) for rate in rates)
    amounts = split(_half_up(base * together, whole + together), shares)
    return tuple(Tax(rate, amount) for rate, amount in zip(rates, amounts, strict=True))


def taxes_of_lines(
    bases: Sequence[int], rates: Sequence[tuple[TaxRate, ...]], included: bool, rounding: Rounding
) -> list[tuple[Tax, ...]]:
    """The taxes of each line; with `rounding` an order, lines of the same rates share one rounded sum."""
    if rounding == "line":
        return [taxes_of(base, each, included) for base, each in zip(bases, rates, strict=True)]
    alike: dict[tuple[TaxRate, ...], list[int]] = {}
    for index, each in enumerate(rates):
        alike.setdefault(each, []).append(index)
    found: list[tuple[Tax, ...]] = [()] * len(bases)
    for same, indexes in alike.items():
        weights = [bases[index] for index in indexes]
        columns = [split(tax.amount, weights) for tax in taxes_of(sum(weights), same, included)]
        for row, index in enumerate(indexes):
            found[index] = tuple(Tax(rate, column[row]) for rate, column in zip(same, columns, strict=True))
    return found


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
