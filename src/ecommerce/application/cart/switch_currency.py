"""Price a whole cart in another currency."""

from dataclasses import dataclass

from ecommerce.application.cart.edit_cart import CartEditor, Currencies
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import ShownCart
from ecommerce.domain.cart.refusals import CurrencyUnavailable
from ecommerce.domain.shared.kernel import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchCurrency:
    token: str | None
    currency: str
    if_match: str | None = None


class SwitchCurrencyHandler:
    """Raises `CurrencyUnavailable` naming what has no price in it, and `InvalidValue` for a currency the
    shop doesn't have. Coupons and what the checkout has gathered stay. Without a cart, an empty one is made.
    """

    def __init__(self, edit: CartEditor, currencies: Currencies) -> None:
        self._edit = edit
        self._currencies = currencies

    async def __call__(self, command: SwitchCurrency) -> ShownCart:
        currency = command.currency
        if currency not in self._currencies.currencies:
            raise InvalidValue(f"prices are in {', '.join(self._currencies.currencies)}", "/currency")

        async def switch(loaded: LoadedCart) -> None:
            offers = (loaded.offers[key] for key in loaded.cart.lines)
            missing = sorted({offer.product_slug for offer in offers if offer.price is None})
            if missing:
                raise CurrencyUnavailable(f"{', '.join(missing)}: no price in {currency}", products=missing)
            loaded.cart.switch_currency(currency)

        return await self._edit(
            command.token, switch, currency=currency, reprice=True, if_match=command.if_match
        )
