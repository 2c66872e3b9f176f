"""The pricing engine: one pure function from a snapshot to a breakdown.

unit price -> line discounts -> shipping -> tax. Tax is worked out on what is really paid, rate by rate and
line by line: that is the one place where a fraction of a minor unit is rounded (half up). The result does
not depend on the order of the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ecommerce.domain.shared.money import included_share, share

# Kept on every order with the input, so that it can be priced again to the same minor unit.
ENGINE = "2026-11"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """`ppm` is millionths: 8.25 % is 82,500."""

    name: str
    ppm: int


@dataclass(frozen=True, slots=True)
class Line:
    """`unit_price` in minor units; `discount` is off the whole line."""

    unit_price: int
    quantity: int
    taxes: tuple[TaxRate, ...] = ()
    discount: int = 0


@dataclass(frozen=True, slots=True)
class Shipping:
    price: int
    taxes: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a price depends on. Without `shipping` the destination isn't known yet."""

    currency: str
    tax_included: bool
    lines: tuple[Line, ...]
    shipping: Shipping | None = None


@dataclass(frozen=True, slots=True)
class Tax:
    rate: TaxRate
    amount: int


@dataclass(frozen=True, slots=True)
class LineBreakdown:
    """`total` is unit price times quantity less the discount; `tax` is inside or on top of it."""

    discount: int
    total: int
    taxes: tuple[Tax, ...]

    @property
    def tax(self) -> int:
        return sum(tax.amount for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Sums in minor units. `shipping` is 0 while the destination isn't known."""

    lines: tuple[LineBreakdown, ...]
    subtotal: int
    discount: int
    shipping: int
    shipping_taxes: tuple[Tax, ...] = field(default=())
    tax: int = 0
    total: int = 0


def price(snapshot: Snapshot) -> Breakdown:
    """Price a snapshot. Deterministic, without I/O, linear in the number of lines."""
    lines = tuple(_line(line, snapshot.tax_included) for line in snapshot.lines)
    subtotal = sum(line.unit_price * line.quantity for line in snapshot.lines)
    discount = sum(line.discount for line in lines)
    shipping = snapshot.shipping.price if snapshot.shipping else 0
    shipping_taxes = (
        _taxes(shipping, snapshot.shipping.taxes, snapshot.tax_included) if snapshot.shipping else ()
    )
    tax = sum(line.tax for line in lines) + sum(each.amount for each in shipping_taxes)
    return Breakdown(
        lines=lines,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        shipping_taxes=shipping_taxes,
        tax=tax,
        total=subtotal - discount + shipping + (0 if snapshot.tax_included else tax),
    )


def _line(line: Line, tax_included: bool) -> LineBreakdown:
    full = line.unit_price * line.quantity
    discount = min(line.discount, full)  # nothing goes below zero
    total = full - discount
    return LineBreakdown(discount=discount, total=total, taxes=_taxes(total, line.taxes, tax_included))


def _taxes(base: int, rates: Sequence[TaxRate], included: bool) -> tuple[Tax, ...]:
    if not included:
        return tuple(Tax(rate, share(base, rate.ppm)) for rate in rates)
    whole = sum(rate.ppm for rate in rates)
    net = base - included_share(base, whole)
    amounts = [share(net, rate.ppm) for rate in rates]
    if (
        rates
    ):  # what rounding each rate leaves over belongs to the last, so that net and taxes sum to the price
        amounts[-1] = base - net - sum(amounts[:-1])
    return tuple(Tax(rate, amount) for rate, amount in zip(rates, amounts, strict=True))
