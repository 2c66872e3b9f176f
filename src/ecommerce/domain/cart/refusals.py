"""Why a cart can't be changed as asked."""

from ecommerce.domain.shared.kernel import Conflict


class CartEmpty(Conflict):
    code = "cart-empty"


class CartChanged(Conflict):
    """It isn't the cart any more that the caller has seen: placed meanwhile, or a line can't be sold."""

    code = "cart-changed"


class CurrencyUnavailable(Conflict):
    """`data`: `products`, the slugs of those that have no price in the currency."""

    code = "currency-unavailable"
