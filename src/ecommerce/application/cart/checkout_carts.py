"""A cart as checkout wants it: read without a lock, in one statement."""

import msgspec

from ecommerce.application.cart.contracts import CheckoutCart, CheckoutLine
from ecommerce.application.cart.ports import CartRepository
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.cart.cart import CartOwner
from ecommerce.domain.shared.ids import UserId


class CheckoutCartReader:
    def __init__(self, carts: CartRepository, default_currency: str) -> None:
        self._carts = carts
        self._default_currency = default_currency

    async def load(self, account_id: UserId | None, token: str | None) -> CheckoutCart:
        if account_id is not None:
            owner = CartOwner(account_id=account_id)
        else:
            # Without a token there is no cart, but all that an empty one depends on.
            owner = CartOwner(token_hash=token_hash(token or ""))
        loaded = await self._carts.load(owner, currency=self._default_currency)
        cart, details = loaded.cart, loaded.cart.details
        return CheckoutCart(
            id=cart.id if loaded.is_open else None,
            version=cart.version,
            currency=cart.currency,
            lines=[CheckoutLine(loaded.offers[key], line.quantity) for key, line in cart.lines.items()],
            email=details.email,
            shipping_address=_address(details.shipping_address),
            billing_address=_address(details.billing_address),
            shipping_option_id=details.shipping_option_id,
            vat_number=details.vat_number,
            email_key=details.email_key,
            facts=loaded.facts,
            placed_as=loaded.placed_as,
        )


def _address(plain: dict[str, object] | None) -> Address | None:
    return None if plain is None else msgspec.convert(plain, Address)
