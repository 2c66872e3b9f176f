"""The lines while promotions work on them: what is left to be paid of each.

A line's units are in two pools: those that already counted in a promotion by units (bought, got, part of a
bundle), which never count in another one, and the others. Inside a pool all units are alike; its value is
split over them by the largest remainder, the first units getting the rest.
"""

from collections.abc import Sequence

from ecommerce.domain.pricing.snapshot import Line
from ecommerce.domain.shared.money import split


class Basket:
    __slots__ = (
        "features",
        "gross",
        "lines",
        "quantities",
        "unit_prices",
        "unused",
        "unused_left",
        "used_left",
    )

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = range(len(lines))
        self.features = [line.features for line in lines]
        self.quantities = [line.quantity for line in lines]
        self.unit_prices = [line.unit_price for line in lines]
        self.gross = [line.unit_price * line.quantity for line in lines]
        self.unused = list(self.quantities)
        self.unused_left = list(self.gross)
        self.used_left = [0] * len(lines)

    def left(self, index: int) -> int:
        return self.unused_left[index] + self.used_left[index]

    def dearest(self, index: int, units: int) -> int:
        """What the dearest `units` unused ones of a line are worth now."""
        each, rest = divmod(self.unused_left[index], self.unused[index])
        return units * each + min(units, rest)

    def cheapest(self, index: int, units: int) -> int:
        return self.unused_left[index] - self.dearest(index, self.unused[index] - units)

    def take_off(self, parts: Sequence[int]) -> None:
        """Take so much off each line, from its pools by what is left in them."""
        for index in self.lines:
            part = parts[index]
            if not part:
                continue
            used = self.used_left[index]
            from_used = split(part, (self.unused_left[index], used))[1] if used else 0
            self.used_left[index] = used - from_used
            self.unused_left[index] -= part - from_used

    def use(self, index: int, units: int, value: int, discount: int) -> None:
        """So many unused units, worth `value`, have counted; `discount` of it is off."""
        self.unused[index] -= units
        self.unused_left[index] -= value
        self.used_left[index] += value - discount
