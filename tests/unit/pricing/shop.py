"""Short words for carts and promotions in tests. Amounts are minor units, `percent` is whole percents."""

from collections.abc import Sequence

from ecommerce.domain.pricing.engine import price
from ecommerce.domain.pricing.promotion import Benefit, Conditions, Promotion
from ecommerce.domain.pricing.snapshot import (
    Breakdown,
    Buyer,
    Candidate,
    Line,
    Rounding,
    Shipping,
    Snapshot,
    TaxRate,
)
from ecommerce.domain.pricing.target import Target

VAT = TaxRate("VAT", 200_000)
POST = Shipping(500, "post")


def percent(number: int) -> int:
    return number * 10_000


def goods(*tags: str) -> Target:
    """Lines that have one of these tags."""
    return Target.of(f"tag:{tag}" for tag in tags)


def line(key: str, unit_price: int, quantity: int = 1, *tags: str, taxes: tuple[TaxRate, ...] = ()) -> Line:
    """It has its key as a tag, too."""
    features = frozenset(f"tag:{tag}" for tag in (key, *tags))
    return Line(key, unit_price, quantity, features, taxes)


def promotion(
    benefit: Benefit,
    id: str = "p",  # noqa: A002
    conditions: Conditions | None = None,
    priority: int = 100,
    group: str | None = None,
    *,
    alone: bool = False,
) -> Promotion:
    return Promotion(
        id=id,
        name=id,
        benefit=benefit,
        conditions=conditions or Conditions(),
        priority=priority,
        group=group,
        alone=alone,
    )


def priced(
    lines: Sequence[Line],
    *given: Promotion | Benefit | Candidate,
    shipping: Shipping | None = None,
    buyer: Buyer | None = None,
    currency: str = "USD",
    tax_included: bool = False,
    rounding: Rounding = "line",
) -> Breakdown:
    """The cart under these promotions; bare benefits take their turns as they stand here."""
    return price(
        Snapshot(
            currency=currency,
            tax_included=tax_included,
            lines=tuple(lines),
            shipping=shipping,
            candidates=tuple(_candidate(number, each) for number, each in enumerate(given)),
            buyer=buyer or Buyer(),
            rounding=rounding,
        ).canonical()
    )


def _candidate(number: int, given: Promotion | Benefit | Candidate) -> Candidate:
    if isinstance(given, Candidate):
        return given
    return Candidate(given if isinstance(given, Promotion) else promotion(given, id=f"p{number}"))


def discounts(result: Breakdown) -> list[int]:
    return [each.discount for each in result.lines]


def reasons(result: Breakdown) -> list[str | None]:
    return [each.reason for each in result.considered]
