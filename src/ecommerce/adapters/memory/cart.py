"""Carts in a dict, for tests of use cases: the same promises as the adapter for PostgreSQL."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ecommerce.application.cart.contracts import Offer
from ecommerce.application.cart.ports import LoadedCart, Wanted
from ecommerce.application.pricing.contracts import PricingFacts
from ecommerce.domain.cart.cart import Cart, CartOwner
from ecommerce.domain.shared.ids import CartId
from ecommerce.domain.shared.kernel import ConcurrentUpdate


@dataclass
class MemoryCarts:
    """`offers` is what is for sale, in any currency; `placed` names the order an owner's last cart became."""

    offers: dict[UUID, Offer] = field(default_factory=dict)
    open: dict[CartOwner, Cart] = field(default_factory=dict)
    known: set[CartOwner] = field(default_factory=set)
    placed: dict[CartOwner, UUID] = field(default_factory=dict)
    facts: PricingFacts = PricingFacts(at=datetime(2026, 1, 1, tzinfo=UTC), revision=0)  # noqa: RUF009  # frozen

    def sell(self, offer: Offer) -> None:
        self.offers[offer.variant_id] = offer

    async def load(
        self, owner: CartOwner, *, currency: str, wanted: Wanted | None = None, lock: bool = False
    ) -> LoadedCart:
        stored = self.open.get(owner)
        cart = deepcopy(stored) or Cart(id=CartId(uuid4()), owner=owner, currency=currency)
        return LoadedCart(
            cart=cart,
            facts=self.facts,
            offers={key: self.offers[key] for key in cart.lines},
            wanted=self._find(wanted),
            known=owner in self.known,
            placed_as=None if stored else self.placed.get(owner),
        )

    def _find(self, wanted: Wanted | None) -> Offer | None:
        if wanted is None:
            return None
        for offer in self.offers.values():
            if wanted.variant_id == offer.variant_id or wanted.sku == offer.sku:
                return offer
        return None

    async def save(self, cart: Cart) -> None:
        self._expect(cart)
        cart.version += 1
        cart.removed.clear()
        self.open[cart.owner] = deepcopy(cart)
        self.known.add(cart.owner)

    async def end_merged(self, cart: Cart) -> None:
        self._expect(cart)
        del self.open[cart.owner]
        self.known.discard(cart.owner)

    def place(self, owner: CartOwner, order_id: UUID) -> None:
        """As checkout does: the open cart becomes this order."""
        del self.open[owner]
        self.placed[owner] = order_id

    def _expect(self, cart: Cart) -> None:
        stored = self.open.get(cart.owner)
        if (stored.version if stored else 0) != cart.version or (stored and stored.id != cart.id):
            raise ConcurrentUpdate("the cart was changed at the same moment")
