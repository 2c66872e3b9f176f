"""What pricing costs: lines times promotions, never units. Bounds are five times what it should need."""

import time
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
    Tier,
    Tiers,
)
from ecommerce.domain.pricing.snapshot import Candidate, Line, Snapshot
from ecommerce.domain.pricing.target import EVERYTHING, Target
from tests.unit.pricing.shop import POST, VAT, promotion

SHOES, SHIRTS = (Part(Target.of([f"category:{number}"]), 1) for number in (1, 2))


def benefit(number: int) -> Benefit:
    target = Target.of([f"category:{number % 7}"]) if number % 3 else EVERYTHING
    kinds: tuple[Benefit, ...] = (
        Percentage(ppm=20_000, target=target),
        AmountOff(amounts={"USD": 300}, target=target),
        BuyXGetY(buy_quantity=2, get_quantity=1, buy=target, get=target),
        Tiers(tiers=(Tier(3, 10_000), Tier(10, 50_000)), target=target),
        Percentage(ppm=10_000, level=Level.ORDER),
        FixedPrice(prices={"USD": 5_000}, target=target),
        Bundle(parts=(SHOES, SHIRTS), prices={"USD": 20_000}),
        FreeShipping(),
    )
    return kinds[number % len(kinds)]


def cart(lines: int, units: int) -> Snapshot:
    """Under fifty promotions of all kinds, of which about half apply; every fifth is in a group."""
    random = Random(1)
    return Snapshot(
        currency="USD",
        tax_included=False,
        lines=tuple(
            Line(
                key=f"v{number:03}",
                unit_price=random.randint(100, 90_000),
                quantity=units,
                features=frozenset({f"product:{number}", f"category:{number % 7}", "category:all"}),
                taxes=(VAT,),
            )
            for number in range(lines)
        ),
        shipping=POST,
        candidates=tuple(
            Candidate(promotion(benefit(number), f"p{number:02}", group=None if number % 5 else "g"))
            for number in range(50)
        ),
    ).canonical()


def cpu_ms(snapshot: Snapshot) -> float:
    """Milliseconds of CPU for one pricing: the best of several, as others use the machine, too."""
    best = 1e9
    for _ in range(15):
        started = time.process_time()
        price(snapshot)
        best = min(best, (time.process_time() - started) * 1_000)
    return best


def test_a_cart_of_twenty_lines_under_fifty_promotions() -> None:
    assert cpu_ms(cart(20, 3)) < 5 * 1


def test_the_largest_cart_under_fifty_promotions() -> None:
    assert cpu_ms(cart(100, 10_000)) < 5 * 20


def test_more_units_cost_no_more() -> None:
    assert cpu_ms(cart(50, 1_000_000)) < 3 * cpu_ms(cart(50, 10))
