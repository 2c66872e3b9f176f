"""What other contexts may ask of pricing."""

from typing import Any, Protocol
from uuid import UUID

import msgspec

from ecommerce.application.shared.address import Address


class WantedLine(msgspec.Struct, frozen=True):
    """`unit_price` in minor units of the quote's currency."""

    variant_id: UUID
    unit_price: int
    quantity: int


class QuotedTax(msgspec.Struct, frozen=True):
    """A rate as it was applied; `ppm` is millionths, `amount` minor units."""

    name: str
    ppm: int
    amount: int


class QuotedLine(msgspec.Struct, frozen=True):
    discount: int
    tax: int
    total: int
    taxes: list[QuotedTax]


class Days(msgspec.Struct, frozen=True):
    min: int
    max: int


class ShippingOption(msgspec.Struct, frozen=True):
    """`price` in minor units of the quote's currency."""

    id: str
    name: str
    price: int
    estimated_days: Days


class Quote(msgspec.Struct, frozen=True):
    """Sums in minor units. `shipping` and `tax` are None while the destination decides them and isn't known.

    `input` is the engine's canonical input: the same input gives the same quote for ever.
    """

    currency: str
    tax_included: bool
    lines: list[QuotedLine]
    subtotal: int
    discount: int
    shipping: int | None
    tax: int | None
    total: int
    shipping_options: list[ShippingOption]
    chosen: ShippingOption | None
    engine: str
    input: dict[str, Any]


class Pricer(Protocol):
    async def quote(
        self,
        lines: list[WantedLine],
        currency: str,
        destination: Address | None = None,
        shipping_option_id: str | None = None,
    ) -> Quote:
        """Price the lines. With a destination: with tax and the chosen, else the cheapest, shipping option.

        Raises `ShippingUnavailable` when nothing ships there, or the chosen option doesn't.
        """
        ...
