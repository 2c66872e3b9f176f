"""Shipping zones: how goods get to a place, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ecommerce.domain.pricing.area import Area

Measure = Literal["flat", "weight", "subtotal", "item"]


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
    """

    code: str
    name: str
    measure: Measure
    steps: Mapping[str, tuple[Step, ...]]
    free_from: Mapping[str, int] = field(default_factory=dict)
    min_weight_grams: int = 0
    max_weight_grams: int | None = None
    max_sides_mm: tuple[int, int, int] | None = None
    min_days: int = 1
    max_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingZone:
    id: str
    areas: tuple[Area, ...]
    methods: tuple[ShippingMethod, ...]
