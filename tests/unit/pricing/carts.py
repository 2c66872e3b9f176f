"""Random carts under random promotions: every kind of benefit, every condition, odd prices and quantities.

One generator serves hypothesis (which shrinks what it finds) and the golden files (which need seeds).
"""

import os
from collections.abc import Callable
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from ecommerce.domain.pricing.promotion import (
    WHOLE,
    AmountOff,
    Benefit,
    Bundle,
    BuyXGetY,
    Conditions,
    FixedPrice,
    FreeShipping,
    Level,
    Part,
    Percentage,
    Promotion,
    Tier,
    Tiers,
)
from ecommerce.domain.pricing.snapshot import Buyer, Candidate, Line, Shipping, Snapshot, TaxRate
from ecommerce.domain.pricing.target import EVERYTHING, Target

# For a night's run: PRICING_EXAMPLES=20000 pytest tests/unit/pricing
EXAMPLES = int(os.environ.get("PRICING_EXAMPLES", "100"))

VAT = TaxRate("VAT", 200_000)
STATE, COUNTY = TaxRate("State", 62_500), TaxRate("County", 10_001)
GST, QST = TaxRate("GST", 50_000), TaxRate("QST", 99_750, compound=True)
TAXES = ((), (VAT,), (VAT,), (STATE, COUNTY), (COUNTY,), (GST, QST), (QST,), (TaxRate("Zero", 0),))
CURRENCIES = ("USD", "JPY", "KWD")
FEATURES = ("category:shoes", "category:shirts", "category:sale", "tag:new", "product:1", "product:2")

T = TypeVar("T")


def seldom(random: Random, make: Callable[[Random], T], otherwise: T, one_in: int = 3) -> T:
    return make(random) if random.randrange(one_in) == 0 else otherwise


def some(random: Random, things: tuple[str, ...], most: int) -> frozenset[str]:
    return frozenset(random.choice(things) for _ in range(random.randint(0, most)))


def amount(random: Random) -> int:
    return random.choice((0, 1, 3, 99, 250, 1_000, random.randint(0, 10**5), random.randint(0, 10**7)))


def quantity(random: Random) -> int:
    return random.choice((1, 1, 2, 3, random.randint(1, 12), random.randint(1, 999), 10_000))


def ppm(random: Random) -> int:
    return random.choice((WHOLE, 100_000, 400_000, 700_000, 333_333, random.randint(1, WHOLE)))


def prices(random: Random, least: int) -> dict[str, int]:
    """In most cases in all currencies."""
    kept = CURRENCIES[: seldom(random, lambda each: each.randint(1, 3), 3, one_in=6)]
    return dict.fromkeys(kept, max(least, amount(random) // random.choice((1, 10))))


def target(random: Random) -> Target:
    without = some(random, FEATURES[3:], 1) if random.randrange(5) == 0 else frozenset[str]()
    return seldom(random, lambda each: EVERYTHING, Target(some(random, FEATURES[:3], 2), without), one_in=3)


def times(random: Random) -> int | None:
    return seldom(random, lambda each: each.randint(1, 3), None)


def level(random: Random) -> Level:
    return random.choice((Level.LINE, Level.LINE, Level.ORDER))


def steps(random: Random) -> tuple[Tier, ...]:
    first = Tier(random.randint(1, 5), random.randint(1, 100_000))
    return (first, Tier(first.quantity + random.randint(1, 20), first.ppm + random.randint(1, 500_000)))


def part(random: Random) -> Part:
    return Part(target(random), random.choice((1, 1, 2, 3)))


BENEFITS: tuple[Callable[[Random], Benefit], ...] = (
    lambda random: Percentage(
        ppm=ppm(random),
        target=target(random),
        level=level(random),
        of_list_price=random.randrange(4) == 0,
    ),
    lambda random: AmountOff(
        amounts=prices(random, 1),
        target=target(random),
        level=level(random),
        per_unit=random.randrange(2) == 0,
    ),
    lambda random: FixedPrice(prices=prices(random, 0), target=target(random)),
    lambda random: BuyXGetY(
        buy_quantity=random.randint(1, 4),
        get_quantity=random.randint(1, 3),
        buy=target(random),
        get=target(random),
        ppm=ppm(random),
        times=times(random),
    ),
    lambda random: Tiers(tiers=steps(random), target=target(random)),
    lambda random: Bundle(
        parts=tuple(part(random) for _ in range(random.randint(1, 3))),
        prices=prices(random, 0),
        times=times(random),
    ),
    lambda random: FreeShipping(methods=some(random, ("post", "courier"), 1), ppm=ppm(random)),
)


def conditions(random: Random) -> Conditions:
    return Conditions(
        min_subtotal=seldom(random, lambda each: prices(each, 0), {}),
        min_quantity=seldom(random, lambda each: each.randint(0, 20), 0),
        goods=seldom(random, target, EVERYTHING),
        customer_groups=seldom(random, lambda each: some(each, ("vip", "staff"), 2), frozenset()),
        first_order=random.randrange(6) == 0,
        countries=seldom(random, lambda each: some(each, ("DE", "US"), 2), frozenset()),
    )


def promotion(random: Random, number: int) -> Promotion:
    return Promotion(
        id=f"p{number:02}",
        name=f"Promotion {number}",
        benefit=random.choice(BENEFITS)(random),
        conditions=seldom(random, conditions, Conditions()),
        priority=random.choice((0, 100, 100, 200)),
        group=random.choice((None, None, None, "g", "h")),
        alone=random.randrange(12) == 0,
    )


def candidate(random: Random, number: int) -> Candidate:
    return Candidate(
        promotion(random, number),
        budget_left=seldom(random, amount, None, one_in=5),
        refused=seldom(random, lambda each: "limit-reached", None, one_in=10),
    )


def line(random: Random, number: int) -> Line:
    features = some(random, FEATURES, 4)
    return Line(f"v{number:02}", amount(random), quantity(random), features, random.choice(TAXES))


def shipping(random: Random) -> Shipping:
    return Shipping(amount(random), random.choice(("post", "courier")), random.choice(TAXES))


def snapshot(random: Random, most_lines: int = 6, most_promotions: int = 7) -> Snapshot:
    """A canonical one."""
    return Snapshot(
        currency=random.choice(CURRENCIES),
        tax_included=random.randrange(2) == 0,
        lines=tuple(line(random, number) for number in range(random.randint(0, most_lines))),
        shipping=shipping(random) if random.randrange(3) else None,
        candidates=tuple(candidate(random, number) for number in range(random.randint(0, most_promotions))),
        buyer=Buyer(
            groups=some(random, ("vip", "staff"), 1),
            first_order=random.randrange(2) == 0,
            country=random.choice((None, "DE", "US", "FR")),
        ),
        rounding=random.choice(("line", "order")),
    ).canonical()


snapshots = st.randoms(use_true_random=False).map(snapshot)
