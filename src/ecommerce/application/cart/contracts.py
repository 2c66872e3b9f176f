"""What other contexts may know of carts, and ask of them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.inventory.contracts import StockAt
from ecommerce.application.shared.address import Address
from ecommerce.domain.shared.ids import UserId


class Picture(msgspec.Struct, frozen=True):
    url: str
    alt: str
    width: int
    height: int


class Offer(msgspec.Struct, frozen=True):
    """A variant as it can be bought now. `price` (minor units) is None where it has none in the currency."""

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
