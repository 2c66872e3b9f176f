"""Carts in a dict, for tests of use cases: the same promises as the adapter for PostgreSQL."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

from ecommerce.application.cart.contracts import Offer
from ecommerce.application.cart.ports import LoadedCart, Wanted
from ecommerce.application.pricing.contracts import HeldCoupon, PricingFacts
from ecommerce.domain.cart.cart import Cart, CartOwner
from ecommerce.domain.shared.ids import CartId, UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate

NOTHING_KNOWN = PricingFacts(at=datetime(2026, 1, 1, 12, tzinfo=UTC), revision=0)


@dataclass
class MemoryCarts:
    """`offers` is what is for sale, `prices` what it costs by currency (a variant that isn't there: the
    offer's price, in any). `codes` are the coupons there are, `groups` those of customers, `placed` names the
    order an owner's last cart became.
    """

    offers: dict[UUID, Offer] = field(default_factory=dict)
    prices: dict[UUID, dict[str, int]] = field(default_factory=dict)
    codes: dict[UUID, HeldCoupon] = field(default_factory=dict)
    facts: PricingFacts = NOTHING_KNOWN
    groups: dict[UserId, list[str]] = field(default_factory=dict)
    open: dict[CartOwner, Cart] = field(default_factory=dict)
    known: set[CartOwner] = field(default_factory=set)
    placed: dict[CartOwner, UUID] = field(default_factory=dict)

    def sell(self, offer: Offer, **prices: int) -> None:
        """By currency; without any it costs the same in all of them."""
        self.offers[offer.variant_id] = offer
        if prices:
            self.prices[offer.variant_id] = prices

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
        stored = self.open.get(owner)
        cart = deepcopy(stored) or Cart(id=CartId(uuid4()), owner=owner, currency=currency)
        priced_in = currency if reprice else cart.currency
        held = [msgspec.structs.replace(self.codes[key], code=code) for key, code in cart.coupons.items()]
        return LoadedCart(
            cart=cart,
            facts=self._facts(owner, held),
            offers={key: self._offer(key, priced_in) for key in cart.lines},
            wanted=self._find(wanted, priced_in),
            known=owner in self.known,
            placed_as=None if stored else self.placed.get(owner),
        )

    def _facts(self, owner: CartOwner, held: list[HeldCoupon]) -> PricingFacts:
        groups = self.groups.get(owner.account_id, []) if owner.account_id else []
        return msgspec.structs.replace(self.facts, coupons=held, customer_groups=groups)

    def _offer(self, variant_id: UUID, currency: str) -> Offer:
        offer = self.offers[variant_id]
        if variant_id not in self.prices:
            return offer
        return msgspec.structs.replace(offer, price=self.prices[variant_id].get(currency))

    def _find(self, wanted: Wanted | None, currency: str) -> Offer | None:
        if wanted is None:
            return None
        for offer in self.offers.values():
            if wanted.variant_id == offer.variant_id or wanted.sku == offer.sku:
                return self._offer(offer.variant_id, currency)
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
