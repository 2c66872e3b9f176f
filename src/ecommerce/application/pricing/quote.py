"""Price a list of lines, as the cart shows it and an order keeps it."""

from dataclasses import asdict

from ecommerce.application.pricing.contracts import (
    Quote,
    QuotedLine,
    QuotedTax,
    ShippingOption,
    WantedLine,
)
from ecommerce.application.pricing.ports import ShippingRates, TaxTable
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.engine import ENGINE, Line, Shipping, Snapshot, price
from ecommerce.domain.shared.kernel import InvalidValue


class ShippingUnavailable(InvalidValue):
    code = "shipping-unavailable"


class PricingService:
    def __init__(self, taxes: TaxTable, shipping: ShippingRates, tax_included: bool) -> None:
        self._taxes = taxes
        self._shipping = shipping
        self._tax_included = tax_included

    async def quote(
        self,
        lines: list[WantedLine],
        currency: str,
        destination: Address | None = None,
        shipping_option_id: str | None = None,
    ) -> Quote:
        rules = await self._taxes.rules(destination)
        goods = tuple(Line(line.unit_price, line.quantity, rules.goods) for line in lines)
        options: list[ShippingOption] = []
        chosen: ShippingOption | None = None
        if destination is not None:
            worth = sum(line.unit_price * line.quantity for line in lines)
            units = sum(line.quantity for line in lines)
            options = sorted(
                await self._shipping.options(destination, currency, worth, units),
                key=lambda option: (option.price, option.id),
            )
            chosen = _choose(options, shipping_option_id, destination.country)
        snapshot = Snapshot(
            currency=currency,
            tax_included=self._tax_included,
            lines=goods,
            shipping=Shipping(chosen.price, rules.shipping) if chosen else None,
        )
        result = price(snapshot)
        tax_known = self._tax_included or destination is not None
        return Quote(
            currency=currency,
            tax_included=self._tax_included,
            lines=[
                QuotedLine(
                    discount=line.discount,
                    tax=line.tax if tax_known else 0,
                    total=line.total,
                    taxes=[QuotedTax(tax.rate.name, tax.rate.ppm, tax.amount) for tax in line.taxes],
                )
                for line in result.lines
            ],
            subtotal=result.subtotal,
            discount=result.discount,
            shipping=result.shipping if chosen else None,
            tax=result.tax if tax_known else None,
            total=result.total if tax_known else result.total - result.tax,
            shipping_options=options,
            chosen=chosen,
            engine=ENGINE,
            input=asdict(snapshot),
        )


def _choose(options: list[ShippingOption], wanted: str | None, country: str) -> ShippingOption:
    if not options:
        raise ShippingUnavailable(f"nothing of this ships to {country}", pointer="/shipping_address/country")
    if wanted is None:
        return options[0]
    for option in options:
        if option.id == wanted:
            return option
    raise ShippingUnavailable(
        "this shipping option is not offered there; POST /cart/quote lists those that are",
        pointer="/shipping_option_id",
    )
