"""One tax rate and two shipping prices for everybody, from the settings."""

from ecommerce.application.pricing.contracts import Days, ShippingOption
from ecommerce.application.pricing.ports import STANDARD, Parcel, TaxRules
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.snapshot import TaxRate
from ecommerce.domain.shared.money import exponent


class FlatTax:
    """The same rate on goods wherever they go; none on shipping. `ppm` 0 is no tax."""

    def __init__(self, ppm: int) -> None:
        self._rules = TaxRules(by_class={STANDARD: (TaxRate("Tax", ppm),)} if ppm else {})

    async def rules(self, destination: Address | None, vat_number: str | None = None) -> TaxRules:
        return self._rules


class FlatShipping:
    """Standard at `amount` and express at three times that, in hundredths of any currency's major unit."""

    def __init__(self, amount: int, countries: tuple[str, ...]) -> None:
        self._amount = amount
        self._countries = frozenset(countries)

    async def options(self, destination: Address, currency: str, parcel: Parcel) -> list[ShippingOption]:
        if destination.country not in self._countries:
            return []
        # 500 is 5.00 USD, 5.000 KWD, and 500 JPY: a currency without decimals has small units.
        digits = exponent(currency)
        price = self._amount * 10 ** (digits - 2) if digits > 2 else self._amount
        return [
            ShippingOption("standard", "Standard", price, Days(3, 5)),
            ShippingOption("express", "Express", price * 3, Days(1, 2)),
        ]
