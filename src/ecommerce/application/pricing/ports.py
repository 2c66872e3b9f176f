"""Where rules, taxes and shipping prices come from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.pricing.contracts import ShippingOption
from ecommerce.application.pricing.goods import GoodsIds
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.snapshot import TaxRate

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class TaxRules:
    """The rates that hold at a place, by tax class; a class that isn't listed is taxed as `standard`.

    Shipping is taxed like the class `shipping`, or not at all (None), or (`highest`) like that class among
    the goods that is taxed highest. `exemption` says why nothing is due; `by_class` and `shipping` then still
    tell what would be, so that it can be taken out of prices that hold it.
    """

    by_class: Mapping[str, tuple[TaxRate, ...]] = field(default_factory=dict)
    shipping: str | None = None
    exemption: str | None = None

    def goods(self, tax_class: str) -> tuple[TaxRate, ...]:
        rates = self.by_class.get(tax_class)
        return self.by_class.get(STANDARD, ()) if rates is None else rates

    def of_shipping(self, classes: Iterable[str]) -> tuple[TaxRate, ...]:
        """The rates on shipping, beside goods of these classes."""
        if self.shipping is None:
            return ()
        if self.shipping != "highest":
            return self.goods(self.shipping)
        found = (self.goods(each) for each in sorted(set(classes)))
        return max(found, key=lambda rates: sum(rate.ppm for rate in rates), default=())


class TaxTable(Protocol):
    async def rules(self, destination: Address | None, vat_number: str | None = None) -> TaxRules:
        """The rates that hold there; without a destination those of the store's own country.

        `vat_number` was checked to be well-formed; whether it makes the buyer exempt there is the table's to
        say.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """All goods together. `worth` is after discounts, in minor units. `sides_mm` are the longest, the middle
    and the shortest side that any item has; what isn't known counts as nothing.
    """

    worth: int
    units: int
    weight_grams: int = 0
    sides_mm: tuple[int, int, int] = (0, 0, 0)


class ShippingRates(Protocol):
    async def options(self, destination: Address, currency: str, parcel: Parcel) -> list[ShippingOption]:
        """How it can get there, at prices before promotions; empty when it can't."""
        ...


@dataclass(frozen=True, slots=True)
class Break:
    """What a price list asks for one unit from `min_quantity` units on, in minor units of its currency."""

    variant_id: UUID
    min_quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class BreakEdge:
    """Where a list of prices goes on: after this place, or (`backwards`) before it."""

    variant_id: UUID
    min_quantity: int
    backwards: bool = False


class PricedVariant(msgspec.Struct, frozen=True):
    variant_id: UUID
    sku: str
    min_quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class PricedVariants:
    """A part of a list's prices, by variant and quantity; whether there are others `before` and `after` it.

    `count` is exact up to 10,000; any greater number says no more than that there are more.
    """

    prices: Sequence[PricedVariant]
    count: int
    before: bool
    after: bool


class PriceListPrices(Protocol):
    """The prices in price lists. All but `page` work only inside a unit of work that has locked the list."""

    async def page(
        self, list_id: UUID, size: int, offset: int = 0, edge: BreakEdge | None = None
    ) -> PricedVariants:
        """One statement, outside any unit of work."""
        ...

    async def known(self, variant_ids: Sequence[UUID], skus: Sequence[str]) -> Mapping[UUID | str, UUID]:
        """Those of them that there are: the variant's id by its id, and by its SKU."""
        ...

    async def put(self, list_id: UUID, breaks: Sequence[Break]) -> Sequence[tuple[Break, int | None]]:
        """Write all of them, in one statement. Those that changed, each with its amount before."""
        ...

    async def remove(self, list_id: UUID, variant_id: UUID, min_quantity: int | None) -> Sequence[Break]:
        """What was removed: one, or all of the variant."""
        ...

    async def most_breaks(self, list_id: UUID, variant_ids: Sequence[UUID]) -> int:
        """How many breaks that variant has which has the most."""
        ...

    async def is_empty(self, list_id: UUID) -> bool: ...


class RulebookSource(Protocol):
    async def load(self) -> Rulebook:
        """All rules as they are now, of one moment, in one statement."""
        ...


class Rulebooks(Protocol):
    """The rules at hand in this process."""

    async def at_least(self, revision: int) -> Rulebook:
        """The rules of this revision or a newer one; asks the database only when those at hand are older."""
        ...

    async def current(self) -> Rulebook:
        """Those at hand, loaded if there are none yet."""
        ...


class KnownGoods(Protocol):
    async def unknown(self, ids: GoodsIds) -> GoodsIds:
        """Those that nothing has. One statement; inside a unit of work."""
        ...


@dataclass(frozen=True, slots=True)
class NewCode:
    id: UUID
    code_hash: bytes
    label: str


class CouponCode(msgspec.Struct, frozen=True):
    """A code as staff see it. `used` is how often orders hold it now."""

    id: UUID
    label: str
    max_uses: int | None
    used: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CodeEdge:
    """Where a list goes on: after this code, or (`backwards`) up to but not including it."""

    id: UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class ListedCodes:
    """The newest first. `count` is exact up to 10,000; any greater number says that there are more."""

    codes: Sequence[CouponCode]
    count: int
    before: bool
    after: bool


class CouponCodeBook(Protocol):
    """The codes of promotions that are not retired. `page` and `get` are one statement each, outside any unit
    of work; all else works only inside one.
    """

    async def page(
        self, promotion_id: UUID, size: int, offset: int = 0, edge: CodeEdge | None = None
    ) -> ListedCodes:
        """At most `size` of them, from an offset or from an edge on."""
        ...

    async def get(self, promotion_id: UUID, code_id: UUID) -> CouponCode:
        """Raises `NotFound`."""
        ...

    async def by_hash(self, promotion_id: UUID, code_hash: bytes) -> CouponCode:
        """Raises `NotFound`."""
        ...

    async def add(self, promotion_id: UUID, code: NewCode, max_uses: int | None) -> None:
        """Raises `CodeTaken`, but for a code of a promotion that was archived: that one is retired."""
        ...

    async def add_many(self, promotion_id: UUID, codes: Sequence[NewCode], max_uses: int) -> None:
        """Many at once, made by chance. Raises `CodeTaken`."""
        ...

    async def retire(self, promotion_id: UUID, code_id: UUID) -> CouponCode:
        """It opens nothing any more, and leaves all carts; orders that used it keep what they got.

        The promotion must be locked. Raises `NotFound`.
        """
        ...


class IsoCodes(Protocol):
    """The codes that rules name. Each in its proper form; raises `InvalidValue` for what is none."""

    def country(self, code: str, pointer: str) -> str:
        """ISO 3166-1 alpha-2."""
        ...

    def region(self, country: str, code: str, pointer: str) -> str:
        """ISO 3166-2 without the country; anything where a country has no subdivisions."""
        ...

    def currency(self, code: str, pointer: str) -> str:
        """ISO 4217."""
        ...


class OrderedGoods(msgspec.Struct, frozen=True):
    """What an order's line was of. `categories` and `tags` are the product's of today."""

    variant_id: UUID
    product_id: UUID
    categories: list[UUID]
    tags: list[str]


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order that was not given up, as its price was made. `input` is the engine's, in JSON."""

    id: UUID
    number: str
    engine: str
    input: bytes
    goods: list[OrderedGoods]


class PricedOrders(Protocol):
    async def latest(self, count: int, before: UUID | None = None) -> list[PricedOrder]:
        """The newest first, those before an order's id. One statement, outside any unit of work."""
        ...
