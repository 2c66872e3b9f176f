"""The wish to order, and the store's rules for it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ecommerce.application.checkout.details import DetailsGiven
from ecommerce.application.shared.amount import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """What `details` leaves out is taken from what the cart has gathered."""

    token: str | None
    details: DetailsGiven
    payment_method: Literal["stripe", "manual"]
    note: str | None = None
    expected_total: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutRules:
    """The store's settings. A Stripe order that isn't paid in `unpaid_for` expires."""

    manual_payment: bool
    unpaid_for: timedelta
    manual_unpaid_for: timedelta
    max_unpaid_orders: int
