"""Which promotions were considered for a cart, and what became of each."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from ecommerce.application.cart.contracts import CheckoutCarts
from ecommerce.application.identity.contracts import AddressRules
from ecommerce.application.pricing.contracts import Pricer, Quote
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.call import Call
from ecommerce.domain.pricing.refusals import ShippingUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainCart:
    """Without an address the one counts that the cart has."""

    token: str | None
    shipping_address: Address | None = None


class ExplainedPromotion(msgspec.Struct, frozen=True):
    """`reason_code` says why it did not apply; null where it did."""

    id: UUID
    name: str
    applied: bool
    discount: Amount
    reason_code: str | None
    detail: str


class CartExplanation(msgspec.Struct, frozen=True):
    """Every promotion considered: those without a code, and those that a code in the cart opens."""

    promotions: list[ExplainedPromotion]


class ExplainCartHandler:
    """Raises `InvalidValue` for an address that can't be, and `ShippingUnavailable` for one that is named."""

    def __init__(self, carts: CheckoutCarts, pricer: Pricer, addresses: AddressRules, call: Call) -> None:
        self._carts = carts
        self._pricer = pricer
        self._addresses = addresses
        self._call = call

    async def __call__(self, command: ExplainCart) -> CartExplanation:
        named = command.shipping_address
        if named is not None:
            named = self._addresses.check(named, "/shipping_address")
        cart = await self._carts.load(self._call.actor.account_id, command.token)
        lines = [line.wanted for line in cart.lines if line.offer.buyable]
        destination = (named or cart.shipping_address) if lines else None
        option = None if named else cart.shipping_option_id
        try:
            quote = await self._pricer.quote(
                lines, cart.currency, cart.facts, destination, option, cart.vat_number
            )
        except ShippingUnavailable:
            if named is not None:
                raise
            # As the cart shows it: nothing ships there (any more).
            quote = await self._pricer.quote(lines, cart.currency, cart.facts)
        return _explained(quote)


def _explained(quote: Quote) -> CartExplanation:
    return CartExplanation(
        [
            ExplainedPromotion(
                id=each.id,
                name=each.name,
                applied=each.applied,
                discount=Amount(each.discount, quote.currency),
                reason_code=each.reason_code,
                detail=each.detail,
            )
            for each in quote.considered
        ]
    )
