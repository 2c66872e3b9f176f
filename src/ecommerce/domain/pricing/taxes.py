"""Taxes of what is really paid, inside or on top of it.

Here alone a fraction of a minor unit of tax is rounded, half up: on top, once for each rate; inside, once for
all of them, and the rates share it by the largest remainder, so that net and taxes always sum to the price.
"""

from collections.abc import Sequence
from functools import lru_cache

from ecommerce.domain.pricing.snapshot import Rounding, Tax, TaxRate
from ecommerce.domain.shared.money import split

_MILLION = 1_000_000
Rates = tuple[TaxRate, ...]


@lru_cache(maxsize=1024)
def _shares(rates: Rates) -> tuple[tuple[int, ...], int]:
    """Each rate as a fraction of the net price, all with one denominator: a power of a million."""
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


def taxes_of(base: int, rates: Rates, included: bool) -> tuple[Tax, ...]:
    """What each rate comes to on `base` minor units, which hold the taxes where they are `included`."""
    if not rates:
        return ()
    shares, whole = _shares(rates)
    if included:
        together = sum(shares)
        amounts = split(_half_up(base * together, whole + together), shares) if together else shares
        return _told(rates, amounts)
    return _told(rates, [_half_up(base * share, whole) for share in shares])


def taxes_of_lines(
    bases: Sequence[int], rates: Sequence[Rates], included: bool, rounding: Rounding
) -> list[tuple[Tax, ...]]:
    """The taxes of each line, rounded for each of them or once for all."""
    if rounding == "line":
        return [taxes_of(base, each, included) for base, each in zip(bases, rates, strict=True)]
    return _inside_all_lines(bases, rates) if included else _on_top_of_all_lines(bases, rates)


def _on_top_of_all_lines(bases: Sequence[int], rates: Sequence[Rates]) -> list[tuple[Tax, ...]]:
    """Each rate is rounded once; the lines that have it share the sum by what each of them owes exactly."""
    fractions = [_shares(each) for each in rates]
    whole = max((denominator for _, denominator in fractions), default=1)
    owed: dict[object, dict[int, int]] = {}
    for index, (shares, denominator) in enumerate(fractions):
        for name, share in zip(_names(rates[index]), shares, strict=True):
            owed.setdefault(name, {})[index] = bases[index] * share * (whole // denominator)
    amounts: dict[tuple[object, int], int] = {}
    for name, exact in owed.items():
        parts = split(_half_up(sum(exact.values()), whole), list(exact.values()))
        amounts |= {(name, index): part for index, part in zip(exact, parts, strict=True)}
    return [_told(each, [amounts[name, index] for name in _names(each)]) for index, each in enumerate(rates)]


def _names(rates: Rates) -> list[object]:
    """Tells the rates of one line apart, even where the same one stands there twice."""
    return [(rate, rates[:position].count(rate)) for position, rate in enumerate(rates)]


def _inside_all_lines(bases: Sequence[int], rates: Sequence[Rates]) -> list[tuple[Tax, ...]]:
    """Lines of the same rates are rounded once.

    The lines share the sum by their prices, so that none has more tax than price; then each line takes its
    tax from what is left of each rate.
    """
    alike: dict[Rates, list[int]] = {}
    for index, each in enumerate(rates):
        alike.setdefault(each, []).append(index)
    found: list[tuple[Tax, ...]] = [()] * len(bases)
    for same, indexes in alike.items():
        weights = [bases[index] for index in indexes]
        left = [tax.amount for tax in taxes_of(sum(weights), same, included=True)]
        for index, tax in zip(indexes, split(sum(left), weights), strict=True):
            amounts = split(tax, left)
            left = [rest - amount for rest, amount in zip(left, amounts, strict=True)]
            found[index] = _told(same, amounts)
    return found


def _told(rates: Rates, amounts: Sequence[int]) -> tuple[Tax, ...]:
    return tuple(map(Tax, rates, amounts))


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
