"""Why a cart can't become an order."""

from ecommerce.domain.shared.kernel import Conflict


class PriceChanged(Conflict):
    """The total is not what the buyer has seen. `data`: `expected_total`, `actual_total`."""

    code = "price-changed"


class TooManyUnpaidOrders(Conflict):
    code = "too-many-unpaid-orders"


class CartNotPlaceable(Conflict):
    """A line of it can't be sold any more."""

    code = "cart-changed"


class NothingToPlace(Conflict):
    code = "cart-empty"
