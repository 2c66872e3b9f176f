"""Where carts are kept."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ecommerce.application.cart.contracts import Offer
from ecommerce.application.pricing.contracts import PricingFacts
from ecommerce.domain.cart.cart import Cart, CartOwner
from ecommerce.domain.shared.ids import VariantId


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant by its id or by its SKU."""

    variant_id: UUID | None = None
    sku: str | None = None


@dataclass(slots=True, kw_only=True)
class LoadedCart:
    """A cart with what its lines are today.

    Where the owner has no open cart `cart` is a new one with version 0. `known` tells whether the owner
    ever had one, `placed_as` which order the last one became.
    """

    cart: Cart
    facts: PricingFacts
    offers: dict[VariantId, Offer] = field(default_factory=dict)
    wanted: Offer | None = None
    known: bool = False
    placed_as: UUID | None = None
    updated_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.cart.version > 0


class CartRepository(Protocol):
    async def load(
        self,
        owner: CartOwner,
        *,
        currency: str,
        wanted: Wanted | None = None,
        reprice: bool = False,
        lock: bool = False,
        newcomer: bool = False,
    ) -> LoadedCart:
        """One statement, with all that prices depend on. `currency` is for a cart that has to be made.

        With `reprice` all offers have their price in `currency`, whatever the cart's is. With `lock`, inside
        a unit of work, the open cart's row is locked until its end. A `newcomer` is a guest whose token was
        made this moment: there is no cart to look for.
        """
        ...

    async def save(self, cart: Cart) -> None:
        """Write the cart if it still is at its version, which then grows. Only inside a unit of work.

        Raises `ConcurrentUpdate` when somebody was first, or the cart is not open any more.
        """
        ...

    async def end_merged(self, cart: Cart) -> None:
        """Close a guest cart whose lines went into another. Raises `ConcurrentUpdate` like `save`."""
        ...
