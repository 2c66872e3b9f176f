"""What the pricing engine costs, by lines and promotions: pure work in this process, no shop needed."""

import time
from dataclasses import dataclass
from random import Random

from ecommerce.domain.pricing.engine import price
from ecommerce.domain.pricing.promotion import (
    AmountOff,
    Benefit,
    Bundle,
    BuyXGetY,
    FixedPrice,
    FreeShipping,
    Level,
    Part,
    Percentage,
    Promotion,
    Tier,
    Tiers,
)
from ecommerce.domain.pricing.snapshot import Candidate, Line, Shipping, Snapshot, TaxRate
from ecommerce.domain.pricing.target import EVERYTHING, Target, feature

LINES = (1, 5, 10, 20, 50, 100)
PROMOTIONS = (0, 10, 50, 100)
MANY_UNITS = 10_000
_CATEGORIES = 7
_VAT = (TaxRate("VAT", 200_000),)
_TRIES = 7


@dataclass(frozen=True, slots=True)
class PricingCost:
    """Milliseconds of CPU for one pricing of a cart with so many units a line."""

    lines: int
    promotions: int
    units: int
    ms: float


def measure() -> list[PricingCost]:
    """Every size of cart under every number of promotions, and the largest cart with very many units."""
    sizes = [(lines, promotions, 3) for promotions in PROMOTIONS for lines in LINES]
    return [PricingCost(*size, _cost(*size)) for size in (*sizes, (100, 50, MANY_UNITS))]


def _cost(lines: int, promotions: int, units: int) -> float:
    """The best of some tries: whatever disturbs only adds."""
    snapshot = _snapshot(lines, promotions, units)
    price(snapshot)
    best = float("inf")
    for _ in range(_TRIES):
        times = 0
        began = time.process_time()
        while (used := time.process_time() - began) < 0.02:
            price(snapshot)
            times += 1
        best = min(best, used / times)
    return best * 1000


def _snapshot(lines: int, promotions: int, units: int) -> Snapshot:
    """The same each time: lines of seven categories, promotions of every kind in turn."""
    rng = Random(42)
    return Snapshot(
        currency="USD",
        tax_included=False,
        lines=tuple(
            Line(
                key=f"{number:03}",
                unit_price=rng.randint(100, 90_000),
                quantity=units,
                features=frozenset(
                    (
                        feature("product", number),
                        feature("category", number % _CATEGORIES),
                        feature("category", "all"),
                        feature("tag", "new" if number % 2 else "classic"),
                    )
                ),
                taxes=_VAT,
            )
            for number in range(lines)
        ),
        shipping=Shipping(500, "standard", _VAT),
        candidates=tuple(
            Candidate(
                Promotion(
                    id=f"{number:03}",
                    name="Bench",
                    benefit=_benefit(number),
                    group="seasonal" if number % 5 == 0 else None,
                )
            )
            for number in range(promotions)
        ),
    ).canonical()


def _benefit(number: int) -> Benefit:
    category = Target.of([feature("category", number % _CATEGORIES)])
    target = category if number % 3 else EVERYTHING
    kinds: tuple[Benefit, ...] = (
        Percentage(ppm=20_000, target=target),
        AmountOff(amounts={"USD": 300}, target=target),
        BuyXGetY(buy_quantity=2, get_quantity=1, buy=target, get=target),
        Tiers(tiers=(Tier(3, 10_000), Tier(10, 50_000)), target=target),
        Percentage(ppm=10_000, level=Level.ORDER),
        FixedPrice(prices={"USD": 5_000}, target=target),
        Bundle(parts=(Part(category, 1), Part(EVERYTHING, 1)), prices={"USD": 20_000}),
        FreeShipping(),
    )
    return kinds[number % len(kinds)]
