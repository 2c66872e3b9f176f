"""Where taxes and shipping prices come from."""

from dataclasses import dataclass
from typing import Protocol

from ecommerce.application.pricing.contracts import ShippingOption
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.engine import TaxRate


@dataclass(frozen=True, slots=True)
class TaxRules:
    goods: tuple[TaxRate, ...]
    shipping: tuple[TaxRate, ...]


class TaxTable(Protocol):
    async def rules(self, destination: Address | None) -> TaxRules:
        """The rates that hold there; without a destination those of the store's own country."""
        ...


class ShippingRates(Protocol):
    async def options(
        self, destination: Address, currency: str, subtotal: int, units: int
    ) -> list[ShippingOption]:
        """How goods of this worth (minor units, after discounts) can get there; empty when they can't."""
        ...
