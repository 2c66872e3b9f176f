"""What a promotion would take off: worked out first, carried out only when it is the best of its group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecommerce.domain.pricing.basket import Basket, Counted
from ecommerce.domain.pricing.promotion import WHOLE


@dataclass(slots=True)
class Offer:
    """`discount` in all, so much of it off each of these lines; off shipping it names no lines.

    `counted`: how much of it off got and bought units, where that matters. `units`, of a promotion by units:
    those that would count, of all lines it touches.
    """

    discount: int = 0
    lines: Sequence[int] = ()
    amounts: Sequence[int] = ()
    counted: Mapping[int, tuple[int, int]] | None = None
    units: Mapping[int, Counted] | None = None

    def parts(self, lines: int) -> tuple[int, ...]:
        """What it takes off each of all the lines; nothing for shipping."""
        if not self.lines:
            return ()
        if self.lines == range(lines):
            return tuple(self.amounts)
        parts = [0] * lines
        for index, amount in zip(self.lines, self.amounts, strict=True):
            parts[index] = amount
        return tuple(parts)

    def carry_out(self, basket: Basket) -> None:
        if self.units is None:
            basket.take_off(self.lines, self.amounts, self.counted)
            return
        amounts = dict(zip(self.lines, self.amounts, strict=True))
        for index, units in self.units.items():
            basket.count(index, units, amounts.get(index, 0))


NOTHING = Offer()


def percent_of(amount: int, ppm: int) -> int:
    """`ppm` millionths of a sum that is not negative, rounded half up."""
    return (2 * amount * ppm + WHOLE) // (2 * WHOLE)
