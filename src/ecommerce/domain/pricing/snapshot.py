"""What a price depends on, and what it comes to."""

from dataclasses import dataclass, field, replace
from typing import Literal

from ecommerce.domain.pricing.promotion import Promotion

Rounding = Literal["line", "order"]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """`ppm` is millionths: 8.25 % is 82,500. A compound rate is on the price and the taxes before it."""

    name: str
    ppm: int
    compound: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`unit_price` in minor units; `key` names what is bought (a variant), once a snapshot."""

    key: str
    unit_price: int
    quantity: int
    features: frozenset[str] = field(default_factory=frozenset)
    taxes: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Shipping:
    """`price` before its promotions; `method` is the option's id."""

    price: int
    method: str = ""
    taxes: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Buyer:
    """`country` None: it isn't known yet where things go."""

    groups: frozenset[str] = field(default_factory=frozenset)
    first_order: bool = True
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promotion to be considered, once. `refused`: why it can't apply, known beforehand (a limit was met).

    `budget_left`, in minor units of the snapshot's currency: it applies whole or not at all.
    """

    promotion: Promotion
    budget_left: int | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a price depends on. Without `shipping` the destination isn't known yet.

    `rounding`: taxes are rounded a line, or once for all lines and then split over them.
    """

    currency: str
    tax_included: bool
    lines: tuple[Line, ...]
    shipping: Shipping | None = None
    candidates: tuple[Candidate, ...] = ()
    buyer: Buyer = Buyer()
    rounding: Rounding = "line"

    def canonical(self) -> "Snapshot":
        """The same in the one order that counts: lines with the same key are one, then sorted by it.

        Raises `ValueError` when two lines with one key differ in more than their quantity, or two candidates
        of one promotion in anything.
        """
        lines: dict[str, Line] = {}
        for line in self.lines:
            same = lines.setdefault(line.key, line)
            if same is not line:
                if replace(same, quantity=line.quantity) != line:
                    raise ValueError(f"two different lines are called {line.key}")
                lines[line.key] = replace(line, quantity=same.quantity + line.quantity)
        candidates: dict[str, Candidate] = {}
        for candidate in self.candidates:
            if candidates.setdefault(candidate.promotion.id, candidate) != candidate:
                raise ValueError(f"two different candidates are promotion {candidate.promotion.id}")
        return replace(
            self,
            lines=tuple(lines[key] for key in sorted(lines)),
            candidates=tuple(candidates[key] for key in sorted(candidates)),
        )

    def essential(self, breakdown: "Breakdown") -> "Snapshot":
        """What an order keeps: the canonical snapshot without all that made no difference to `breakdown`.

        Candidates stay that applied, and their rivals of the same level and group: those decide whose turn
        it is and who is the best. Of a line's features stay those that one of these asks for. The result
        costs the same in every number.
        """
        applied = {_turn(each.promotion) for each in breakdown.considered if each.applied}
        kept = tuple(each for each in self.candidates if _turn(each.promotion) in applied)
        asked: set[str] = set()
        for candidate in kept:
            for target in candidate.promotion.targets:
                asked |= target.features | target.without
        lines = tuple(replace(line, features=line.features & asked) for line in self.lines)
        return replace(self, lines=lines, candidates=kept).canonical()


def _turn(promotion: Promotion) -> tuple[int, str | None, str]:
    """Alike for those promotions of which only the best applies."""
    return promotion.level, promotion.group, promotion.id if promotion.group is None else ""


@dataclass(frozen=True, slots=True)
class Tax:
    rate: TaxRate
    amount: int


@dataclass(frozen=True, slots=True)
class Considered:
    """What became of a promotion. `parts` is what it took off each line, in the breakdown's order.

    `discount` is all it took off, shipping included. `reason` is a code, None where it applied.
    """

    promotion: Promotion
    discount: int = 0
    reason: str | None = None
    parts: tuple[int, ...] = ()

    @property
    def applied(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class LineBreakdown:
    """`total` is unit price times quantity less the discount; `tax` is inside or on top of it."""

    key: str
    discount: int
    total: int
    taxes: tuple[Tax, ...]

    @property
    def tax(self) -> int:
        return sum([tax.amount for tax in self.taxes])


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Sums in minor units. Lines are in the order of their keys; `shipping` is after `shipping_discount`."""

    lines: tuple[LineBreakdown, ...]
    considered: tuple[Considered, ...]
    subtotal: int
    discount: int
    shipping: int
    shipping_discount: int
    shipping_taxes: tuple[Tax, ...]
    tax: int
    total: int
