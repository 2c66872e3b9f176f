"""Shipping zones: how goods get to a place, and for how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ecommerce.domain.pricing.area import Area

Measure = Literal["flat", "weight", "subtotal", "item"]
Sides = tuple[int, int, int]


class Load(Protocol):
    """What is to be carried: see `Parcel` of the application."""

    @property
    def worth(self) -> int: ...

    @property
    def units(self) -> int: ...

    @property
    def weight_grams(self) -> int: ...

    @property
    def sides_mm(self) -> Sides: ...


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` on (grams, minor units, or units, as the method measures) it costs `price`."""

    start: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingMethod:
    """`steps` by currency, rising from 0; `flat` has one, `item` charges its step's price for each unit.

    `free_from` by currency: nothing is charged from this worth of goods on. Limits that are None don't hold.
    `code` is the option's id, alike in all zones; where the price in a currency is missing it isn't offered.
    `max_sides_mm` falls from the longest to the shortest.
    """

    code: str
    name: str
    measure: Measure
    steps: Mapping[str, tuple[Step, ...]]
    free_from: Mapping[str, int] = field(default_factory=dict)
    min_weight_grams: int = 0
    max_weight_grams: int | None = None
    max_sides_mm: Sides | None = None
    min_days: int = 1
    max_days: int = 7

    def carries(self, load: Load) -> bool:
        """Whether it is neither too light nor too heavy, and every side finds its place."""
        if load.weight_grams < self.min_weight_grams:
            return False
        if self.max_weight_grams is not None and load.weight_grams > self.max_weight_grams:
            return False
        if self.max_sides_mm is None:
            return True
        return all(side <= most for side, most in zip(load.sides_mm, self.max_sides_mm, strict=True))

    def price(self, load: Load, currency: str) -> int | None:
        """In minor units of the currency; None where there is no price in it."""
        steps = self.steps.get(currency)
        if not steps:
            return None
        free_from = self.free_from.get(currency)
        if free_from is not None and load.worth >= free_from:
            return 0
        measured = {
            "flat": 0,
            "weight": load.weight_grams,
            "subtotal": load.worth,
            "item": load.units,
        }[self.measure]
        price = next(step.price for step in reversed(steps) if step.start <= measured)
        return price * load.units if self.measure == "item" else price


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingZone:
    id: str
    areas: tuple[Area, ...]
    methods: tuple[ShippingMethod, ...]

    def offers(self, load: Load, currency: str) -> Iterator[tuple[ShippingMethod, int]]:
        """The methods that take it there, each with its price."""
        for method in self.methods:
            price = method.price(load, currency)
            if price is not None and method.carries(load):
                yield method, price
