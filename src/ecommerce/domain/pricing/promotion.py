"""Promotions: under which conditions, what they give, and how they get on with one another.

A promotion acts at the level of its benefit: lines first, then the order as a whole, then shipping. Within a
level the one with the smallest `priority` goes first (then the smallest id). Of a `group` only the best one
of a level applies; groups and single promotions take their turns one after the other, each on what the
earlier ones left. One that stands `alone` applies only where nothing has applied yet, and nothing after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, TypeAlias

from ecommerce.domain.pricing.target import EVERYTHING, Target

WHOLE = 1_000_000  # parts per million of everything: 100 %


class Level(IntEnum):
    LINE = 0
    ORDER = 1
    SHIPPING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentage:
    """`ppm` off what remains of the target, or (`of_list_price`) off what it cost before any discount."""

    kind: ClassVar[str] = "percentage"
    ppm: int
    target: Target = EVERYTHING
    level: Level = Level.LINE
    of_list_price: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOff:
    """An amount, by currency, off the target as a whole or off each of its units; never more than remains.

    A unit that costs less than the amount becomes free; what it can't take is not taken off another one.
    """

    kind: ClassVar[str] = "amount"
    amounts: Mapping[str, int]
    target: Target = EVERYTHING
    level: Level = Level.LINE
    per_unit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPrice:
    """Each unit of the target costs this much, by currency, where it would cost more."""

    kind: ClassVar[str] = "fixed-price"
    prices: Mapping[str, int]
    target: Target = EVERYTHING
    level: ClassVar[Level] = Level.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyXGetY:
    """For every `buy_quantity` units bought, `get_quantity` others are `ppm` cheaper, `times` at the most.

    The units that cost least now are the ones that get cheaper, the dearest ones qualify. A unit that
    qualified is never one that gets cheaper; no unit counts in two promotions by units; one that costs
    nothing counts in none of this kind.
    """

    kind: ClassVar[str] = "buy-x-get-y"
    buy_quantity: int
    get_quantity: int
    buy: Target = EVERYTHING
    get: Target = EVERYTHING
    ppm: int = WHOLE
    times: int | None = None
    level: ClassVar[Level] = Level.LINE


@dataclass(frozen=True, slots=True)
class Tier:
    """From so many units on, this much off."""

    quantity: int
    ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """A percentage that grows with the number of the target's units; tiers rise in both."""

    kind: ClassVar[str] = "tiers"
    tiers: tuple[Tier, ...]
    target: Target = EVERYTHING
    level: ClassVar[Level] = Level.LINE


@dataclass(frozen=True, slots=True)
class Part:
    target: Target
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All parts together cost a price, by currency, as often as that saves something (`times` at the most).

    A unit is in one part of one bundle. The dearest units go first.
    """

    kind: ClassVar[str] = "bundle"
    parts: tuple[Part, ...]
    prices: Mapping[str, int]
    times: int | None = None
    level: ClassVar[Level] = Level.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeShipping:
    """`ppm` off the shipping price, of these methods or of any."""

    kind: ClassVar[str] = "free-shipping"
    methods: frozenset[str] = field(default_factory=frozenset)
    ppm: int = WHOLE
    level: ClassVar[Level] = Level.SHIPPING

    def is_for(self, method: str) -> bool:
        return not self.methods or method in self.methods


Benefit: TypeAlias = Percentage | AmountOff | FixedPrice | BuyXGetY | Tiers | Bundle | FreeShipping


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """All of them must hold. `min_subtotal`, by currency, is compared with the cart before any discount.

    `goods` must be in the cart, `min_quantity` units of it. An empty set of groups or countries is any.
    """

    min_subtotal: Mapping[str, int] = field(default_factory=dict)
    min_quantity: int = 0
    goods: Target = EVERYTHING
    customer_groups: frozenset[str] = field(default_factory=frozenset)
    first_order: bool = False
    countries: frozenset[str] = field(default_factory=frozenset)


NO_CONDITIONS = Conditions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    id: str
    name: str
    benefit: Benefit
    conditions: Conditions = NO_CONDITIONS
    priority: int = 100
    group: str | None = None
    alone: bool = False

    @property
    def level(self) -> Level:
        return self.benefit.level

    @property
    def amounts(self) -> Mapping[str, int] | None:
        """The benefit's own amounts or prices, by currency; None where it holds in any currency."""
        match self.benefit:
            case AmountOff(amounts=amounts):
                return amounts
            case FixedPrice(prices=prices) | Bundle(prices=prices):
                return prices
        return None

    @property
    def targets(self) -> tuple[Target, ...]:
        """All that it asks of lines: its conditions' goods, then its benefit's targets."""
        goods = self.conditions.goods
        match self.benefit:
            case BuyXGetY(buy=buy, get=get):
                return (goods, buy, get)
            case Bundle(parts=parts):
                return (goods, *(part.target for part in parts))
            case FreeShipping():
                return (goods,)
            case Percentage() | AmountOff() | FixedPrice() | Tiers():
                return (goods, self.benefit.target)

    def has_currency(self, currency: str) -> bool:
        minimum, amounts = self.conditions.min_subtotal, self.amounts
        return (not minimum or currency in minimum) and (amounts is None or currency in amounts)
