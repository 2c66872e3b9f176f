"""The lines while promotions work on them: what is left to be paid of each.

A line's units are fresh until they count in a promotion by units (buy X get Y, bundle): bought ones have
qualified, got ones are cheaper, and neither counts in another one. Units of one kind are all alike: what is
left of them is divided among them, a remainder goes to the first. So nothing costs more for more units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecommerce.domain.pricing.snapshot import Line
from ecommerce.domain.pricing.target import Target


@dataclass(slots=True)
class Counted:
    """Units of a line that counted in promotions by units, and what is left to be paid of them."""

    bought: int = 0
    bought_left: int = 0
    got: int = 0
    got_left: int = 0


class Basket:
    """By line, in the snapshot's order: `gross` is unit price times quantity, `left` what is left of it.

    `fresh` is how many units have not counted yet, `fresh_left` what is left of those; `counted` tells of the
    others, where there are any.
    """

    __slots__ = (
        "_features",
        "_meant",
        "counted",
        "fresh",
        "fresh_left",
        "gross",
        "left",
        "quantities",
        "subtotal",
    )

    def __init__(self, lines: Sequence[Line]) -> None:
        self.quantities = [line.quantity for line in lines]
        self.gross = [line.unit_price * line.quantity for line in lines]
        self.subtotal = sum(self.gross)
        self.left = self.gross.copy()
        self.fresh = self.quantities.copy()
        self.fresh_left = self.gross.copy()
        self.counted: list[Counted | None] = [None] * len(lines)
        self._features = [line.features for line in lines]
        self._meant: dict[Target | frozenset[str], Sequence[int]] = {frozenset(): range(len(lines))}

    def meant(self, target: Target) -> Sequence[int]:
        """The lines that the target means, in their order. Promotions often share targets: found once."""
        # A set remembers its hash, a target works it out each time.
        name = target if target.without else target.features
        found = self._meant.get(name)
        if found is None:
            matches = target.matches
            found = [index for index, features in enumerate(self._features) if matches(features)]
            self._meant[name] = found
        return found

    def units(self, target: Target) -> int:
        return sum([self.quantities[index] for index in self.meant(target)])

    def cheapest_one(self, index: int) -> int:
        """What the cheapest fresh unit of a line is worth now."""
        return self.fresh_left[index] // self.fresh[index]

    def cheapest(self, index: int, units: int) -> int:
        """What the cheapest `units` fresh ones of a line are worth now."""
        return self.fresh_left[index] - self.dearest(index, self.fresh[index] - units)

    def dearest(self, index: int, units: int) -> int:
        each, rest = divmod(self.fresh_left[index], self.fresh[index])
        return units * each + min(units, rest)

    def take_off(
        self,
        lines: Sequence[int],
        amounts: Sequence[int],
        counted: Mapping[int, tuple[int, int]] | None = None,
    ) -> None:
        """Take so much off each of these lines; `counted` says how much of it off got and off bought units.

        Where it isn't told each kind of units gives by what is left of it.
        """
        left, fresh_left, all_counted = self.left, self.fresh_left, self.counted
        for index, amount in zip(lines, amounts, strict=True):
            left[index] -= amount
            units = all_counted[index]
            if units is None:
                fresh_left[index] -= amount
            elif amount:
                got, bought = counted[index] if counted else _share(amount, fresh_left[index], units)
                units.got_left -= got
                units.bought_left -= bought
                fresh_left[index] -= amount - got - bought

    def count(self, index: int, units: Counted, discount: int) -> None:
        """Fresh units have counted, with what is left of them once `discount` is taken off."""
        self.fresh[index] -= units.bought + units.got
        self.fresh_left[index] -= units.bought_left + units.got_left + discount
        self.left[index] -= discount
        before = self.counted[index]
        if before is None:
            before = self.counted[index] = Counted()
        before.bought += units.bought
        before.bought_left += units.bought_left
        before.got += units.got
        before.got_left += units.got_left


def _share(amount: int, fresh_left: int, units: Counted) -> tuple[int, int]:
    """What got and bought units give of an amount that is not more than all units have left.

    Each floor leaves to the others no more than they have.
    """
    others = fresh_left + units.bought_left
    got = amount * units.got_left // (others + units.got_left)
    return got, (amount - got) * units.bought_left // others if others else 0
