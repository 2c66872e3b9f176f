"""What other contexts may know of carts, and ask of them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.inventory.contracts import StockAt
from ecommerce.application.pricing.contracts import ListPrice, Priceable, PricingFacts, WantedLine
from ecommerce.application.shared.address import Address
from ecommerce.domain.shared.ids import UserId


class Picture(msgspec.Struct, frozen=True):
    url: str
    alt: str
    width: int
    height: int


class Offer(msgspec.Struct, frozen=True):
    """A variant as it can be bought now. `price`, the base price in minor units, is None where it has none in
    the currency. `categories` are the product's own and all above it.
    """

    variant_id: UUID
    product_id: UUID
    product_slug: str
    sku: str
    name: str
    options: dict[str, str]
    image: Picture | None
    price: int | None
    on_sale: bool
    tracked: bool
    backorderable: bool
    stock: list[StockAt]
    categories: list[UUID] = []
    tags: list[str] = []
    tax_class: str = "standard"
    weight_grams: int | None = None
    sides_mm: list[int | None] = []
    list_prices: list[ListPrice] = []

    @property
    def goods(self) -> Priceable:
        """As pricing sees it. Only of what has a price."""
        if self.price is None:
            raise ValueError(f"{self.sku} has no price in this currency")
        return Priceable(
            variant_id=self.variant_id,
            product_id=self.product_id,
            categories=self.categories,
            tags=self.tags,
            price=self.price,
            tax_class=self.tax_class,
            weight_grams=self.weight_grams,
            sides_mm=self.sides_mm,
            list_prices=self.list_prices,
        )

    @property
    def buyable(self) -> bool:
        return self.on_sale and self.price is not None

    @property
    def available(self) -> int | None:
        """Units that could be sold now; None where nobody counts."""
        return sum(max(0, at.on_hand - at.reserved) for at in self.stock) if self.tracked else None

    @property
    def limit(self) -> int | None:
        """Units one may ask for: None is without limit (not counted, or sold before it arrives)."""
        return None if self.backorderable else self.available


class CheckoutLine(msgspec.Struct, frozen=True):
    offer: Offer
    quantity: int

    @property
    def wanted(self) -> WantedLine:
        return WantedLine(self.offer.goods, self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutCart:
    """A cart on its way to be an order. `placed_as` is the order it has become."""

    id: UUID | None
    version: int
    currency: str
    lines: list[CheckoutLine]
    email: str | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_option_id: str | None
    vat_number: str | None
    email_key: bytes | None
    facts: PricingFacts
    placed_as: UUID | None


class CheckoutCarts(Protocol):
    async def load(self, account_id: UserId | None, token: str | None) -> CheckoutCart:
        """The caller's open cart, or else the one that was placed last, in one statement without locks.

        An account beats a token; with neither, or a token that isn't known, an empty cart.
        """
        ...


class CartMerger(Protocol):
    async def merge(self, token: str, account_id: UserId) -> None:
        """Put the lines of the guest cart with this token into the account's cart; the guest cart ends.

        Opens its own unit of work. An unknown token changes nothing, and so does the same token again.
        """
        ...
