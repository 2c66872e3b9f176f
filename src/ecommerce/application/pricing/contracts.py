"""What other contexts may ask of pricing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from ecommerce.application.shared.address import Address


class ListPrice(msgspec.Struct, frozen=True):
    """What a price list asks for one unit from `min_quantity` units on, in the list's currency."""

    price_list_id: UUID
    min_quantity: int
    amount: int


class Priceable(msgspec.Struct, frozen=True):
    """A variant as pricing sees it. `price` is its base price in minor units of the quote's currency.

    `categories` are the product's own and all above it. `sides_mm` are length, width and height; what isn't
    known is None.
    """

    variant_id: UUID
    product_id: UUID
    categories: list[UUID]
    tags: list[str]
    price: int
    tax_class: str = "standard"
    weight_grams: int | None = None
    sides_mm: list[int | None] = []
    list_prices: list[ListPrice] = []


class WantedLine(msgspec.Struct, frozen=True):
    goods: Priceable
    quantity: int


class HeldCoupon(msgspec.Struct, frozen=True):
    """A code in a cart, and the promotion it opens. `used_up`: the code itself has no use left."""

    code: str
    coupon_code_id: UUID
    promotion_id: UUID
    used_up: bool = False


class FoundCoupon(HeldCoupon, frozen=True):
    """`live`: its promotion holds now, by the database's time, whatever its conditions say to a cart."""

    live: bool = True


class LimitedUse(msgspec.Struct, frozen=True):
    """How much of a limited promotion is gone: how often it was used, how much it took off (minor units)."""

    used: int
    spent: int


class PricingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What prices depend on beside the lines, as it stood in the database when they were read.

    `at` is the database's time, `revision` that of the rules. `limited` has every promotion with a limit or a
    budget, `customer_uses` how often this customer used a promotion, both by promotion.
    """

    at: datetime
    revision: int
    customer_groups: list[str] = []
    ordered_before: bool = False
    coupons: list[HeldCoupon] = []
    limited: dict[UUID, LimitedUse] = {}
    customer_uses: dict[UUID, int] = {}


class QuotedTax(msgspec.Struct, frozen=True):
    """A rate as it was applied; `ppm` is millionths, `amount` minor units."""

    name: str
    ppm: int
    amount: int


class QuotedLine(msgspec.Struct, frozen=True):
    """`unit_price` is what the price lists say for this quantity; `total` is after `discount`."""

    unit_price: int
    discount: int
    tax: int
    total: int
    taxes: list[QuotedTax]


class Days(msgspec.Struct, frozen=True):
    min: int
    max: int


class ShippingOption(msgspec.Struct, frozen=True):
    """`price` in minor units of the quote's currency, after promotions on shipping."""

    id: str
    name: str
    price: int
    estimated_days: Days


class ConsideredPromotion(msgspec.Struct, frozen=True):
    """What became of a promotion: `discount` in minor units, `reason_code` where it didn't apply."""

    id: UUID
    name: str
    applied: bool
    discount: int
    reason_code: str | None
    detail: str


class CouponState(msgspec.Struct, frozen=True):
    code: str
    applied: bool
    reason: str | None


class PromotionClaim(msgspec.Struct, frozen=True):
    """A use that placing an order has to claim. `discount` is all it takes off, in minor units.

    `limited`: it counts against a limit or a budget; `per_customer`: against that many uses a customer.
    """

    promotion_id: UUID
    version: int
    name: str
    discount: int
    coupon_code_id: UUID | None
    limited: bool
    per_customer: int | None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Sums in minor units. `shipping` and `tax` are None while the destination decides them and isn't known.

    `input` is the engine's canonical input: the same input gives the same quote for ever. `holds_until` is
    when the next window of a promotion or a price list opens or closes. `tax_exemption` says why no tax is
    due (`reverse-charge`).
    """

    currency: str
    tax_included: bool
    lines: list[QuotedLine]
    subtotal: int
    discount: int
    shipping: int | None
    tax: int | None
    total: int
    shipping_options: list[ShippingOption]
    chosen: ShippingOption | None
    considered: list[ConsideredPromotion]
    coupons: list[CouponState]
    claims: list[PromotionClaim]
    taxes: list[QuotedTax]
    tax_exemption: str | None
    holds_until: datetime | None
    engine: str
    input: dict[str, Any]


class Pricer(Protocol):
    async def quote(
        self,
        lines: Sequence[WantedLine],
        currency: str,
        facts: PricingFacts,
        destination: Address | None = None,
        shipping_option_id: str | None = None,
        vat_number: str | None = None,
    ) -> Quote:
        """Price the lines. With a destination: with tax and the chosen, else the cheapest, shipping option.

        Raises `ShippingUnavailable` when nothing ships there, or the chosen option doesn't.
        """
        ...

    async def unit_price(self, goods: Priceable, quantity: int, currency: str, facts: PricingFacts) -> int:
        """What one unit costs when so many are bought, before promotions."""
        ...


class PricingFactsReader(Protocol):
    async def of_buyer(
        self,
        facts: PricingFacts,
        customer_keys: Sequence[bytes],
        account_id: UUID | None,
        email_key: bytes,
    ) -> PricingFacts:
        """These facts, with what is known of the customer by all of their keys. One statement."""
        ...


class PromotionLedger(Protocol):
    """Uses of promotions: claimed, consumed, released. Only inside a unit of work."""

    async def claim(
        self, order_id: UUID, currency: str, claims: Sequence[PromotionClaim], customer_keys: Sequence[bytes]
    ) -> None:
        """Claim all uses of an order, in one fixed order of rows, or raise; one statement.

        Raises `CouponExhausted` for a code or a promotion by code that has no use left (for this customer),
        and `ConcurrentUpdate` for an automatic one, or when a promotion was changed since `version`.
        """
        ...

    async def consume(self, order_id: UUID) -> None:
        """The order is paid. What was released stays that; repeating it changes nothing."""
        ...

    async def release(self, order_id: UUID) -> None:
        """The order ended: its uses and what they took off may be had again. Repeating it changes nothing."""
        ...


class CouponCodes(Protocol):
    async def find(self, code: str) -> FoundCoupon | None:
        """The code as somebody typed it; None for what is none, or none any more. One statement."""
        ...


class VatNumber(msgspec.Struct, frozen=True):
    """`country` is ISO 3166-1 (GR for Greece); `number` begins with its VAT prefix (EL) and has no blanks."""

    country: str
    number: str


class VatNumbers(Protocol):
    def normalize(self, raw: str, pointer: str = "/vat_number") -> VatNumber:
        """The number in its one form. Raises `InvalidValue` unless its country's rules for format and check
        digits hold; that somebody has been given it is for nobody here to say.
        """
        ...
