"""What the cart would cost at an address, and how it can get there."""

from dataclasses import dataclass

import msgspec

from ecommerce.application.cart.contracts import CheckoutCarts
from ecommerce.application.cart.view import Totals
from ecommerce.application.identity.contracts import AddressRules
from ecommerce.application.pricing.contracts import Days, Pricer
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.call import Call
from ecommerce.domain.cart.refusals import CartEmpty


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCart:
    token: str | None
    shipping_address: Address
    shipping_option_id: str | None = None


class QuotedOption(msgspec.Struct, frozen=True):
    id: str
    name: str
    price: Amount
    estimated_days: Days


class CartQuote(msgspec.Struct, frozen=True):
    """`totals` with the chosen option, or else with the cheapest; options are listed cheapest first."""

    totals: Totals
    shipping_options: list[QuotedOption]


class QuoteCartHandler:
    """Raises `CartEmpty` and `ShippingUnavailable`."""

    def __init__(self, carts: CheckoutCarts, pricer: Pricer, addresses: AddressRules, call: Call) -> None:
        self._carts = carts
        self._pricer = pricer
        self._addresses = addresses
        self._call = call

    async def __call__(self, command: QuoteCart) -> CartQuote:
        address = self._addresses.check(command.shipping_address, "/shipping_address")
        cart = await self._carts.load(self._call.actor.account_id, command.token)
        lines = [line.wanted for line in cart.lines if line.offer.buyable]
        if not lines:
            raise CartEmpty("there is nothing in the cart to be priced")
        quote = await self._pricer.quote(
            lines, cart.currency, cart.facts, address, command.shipping_option_id, cart.vat_number
        )
        return CartQuote(
            totals=Totals.of(quote),
            shipping_options=[
                QuotedOption(
                    option.id, option.name, Amount(option.price, quote.currency), option.estimated_days
                )
                for option in quote.shipping_options
            ],
        )
