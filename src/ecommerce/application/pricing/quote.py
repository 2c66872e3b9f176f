"""Price what somebody means to buy, as the cart shows it and an order keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ecommerce.application.pricing.candidates import candidates
from ecommerce.application.pricing.contracts import (
    Priceable,
    PricingFacts,
    Quote,
    QuotedLine,
    ShippingOption,
    WantedLine,
)
from ecommerce.application.pricing.outcome import claims_of, coupons_of, quoted_tax, sum_of_taxes, told
from ecommerce.application.pricing.ports import Parcel, Rulebooks, ShippingRates, TaxRules, TaxTable
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.canonical import to_plain
from ecommerce.domain.pricing.engine import ENGINE, PricedGoods, price_goods
from ecommerce.domain.pricing.price_list import Entry, unit_price
from ecommerce.domain.pricing.refusals import ShippingUnavailable
from ecommerce.domain.pricing.snapshot import Buyer, Line, Rounding, Shipping, Snapshot, TaxRate
from ecommerce.domain.pricing.target import feature
from ecommerce.domain.pricing.taxes import taxes_of


@dataclass(frozen=True, slots=True)
class PricingRules:
    """The store's settings: whether prices hold the tax, and where taxes are rounded."""

    tax_included: bool
    rounding: Rounding = "line"


class PricingService:
    def __init__(
        self, rulebooks: Rulebooks, taxes: TaxTable, shipping: ShippingRates, rules: PricingRules
    ) -> None:
        self._rulebooks = rulebooks
        self._taxes = taxes
        self._shipping = shipping
        self._rules = rules

    async def unit_price(self, goods: Priceable, quantity: int, currency: str, facts: PricingFacts) -> int:
        return _unit_price(goods, quantity, currency, facts, await self._rulebooks.at_least(facts.revision))

    async def quote(
        self,
        lines: Sequence[WantedLine],
        currency: str,
        facts: PricingFacts,
        destination: Address | None = None,
        shipping_option_id: str | None = None,
        vat_number: str | None = None,
    ) -> Quote:
        rulebook = await self._rulebooks.at_least(facts.revision)
        taxes = await self._taxes.rules(destination, vat_number)
        pricing = _Pricing(self._rules, taxes, rulebook, facts, currency)
        goods = price_goods(pricing.snapshot(lines, destination))
        options: list[ShippingOption] = []
        chosen, shipping = None, None
        if destination is not None:
            offered = await self._shipping.options(destination, currency, _parcel(lines, goods.worth))
            shippings = {each.id: pricing.shipping(each, lines) for each in offered}
            options = sorted(
                (
                    ShippingOption(
                        each.id, each.name, goods.shipping_price(shippings[each.id]), each.estimated_days
                    )
                    for each in offered
                ),
                key=lambda option: (option.price, option.id),
            )
            chosen = _choose(options, shipping_option_id, destination.country)
            shipping = shippings[chosen.id]
        return pricing.quote(lines, goods, shipping, options, chosen)


@dataclass(frozen=True, slots=True)
class _Pricing:
    """One pricing: what the rules make of these facts."""

    rules: PricingRules
    taxes: TaxRules
    rulebook: Rulebook
    facts: PricingFacts
    currency: str

    @property
    def exempt(self) -> bool:
        return self.taxes.exemption is not None

    @property
    def tax_included(self) -> bool:
        """A buyer who owes no tax pays net prices, also where prices hold the tax."""
        return self.rules.tax_included and not self.exempt

    def snapshot(self, lines: Sequence[WantedLine], destination: Address | None) -> Snapshot:
        return Snapshot(
            currency=self.currency,
            tax_included=self.tax_included,
            lines=tuple(self._line(line) for line in lines),
            candidates=candidates(self.rulebook, self.facts, self.currency),
            buyer=Buyer(
                groups=frozenset(self.facts.customer_groups),
                first_order=not self.facts.ordered_before,
                country=destination.country if destination else None,
            ),
            rounding=self.rules.rounding,
        ).canonical()

    def _line(self, line: WantedLine) -> Line:
        goods = line.goods
        rates = self.taxes.goods(goods.tax_class)
        gross = _unit_price(goods, line.quantity, self.currency, self.facts, self.rulebook)
        return Line(
            key=str(goods.variant_id),
            unit_price=self._net(gross, rates),
            quantity=line.quantity,
            features=_features(goods),
            taxes=() if self.exempt else rates,
        )

    def shipping(self, option: ShippingOption, lines: Sequence[WantedLine]) -> Shipping:
        rates = self.taxes.of_shipping(line.goods.tax_class for line in lines)
        return Shipping(self._net(option.price, rates), option.id, () if self.exempt else rates)

    def _net(self, price: int, rates: tuple[TaxRate, ...]) -> int:
        if not self.exempt or not self.rules.tax_included:
            return price
        return price - sum(tax.amount for tax in taxes_of(price, rates, included=True))

    def quote(
        self,
        lines: Sequence[WantedLine],
        goods: PricedGoods,
        shipping: Shipping | None,
        options: list[ShippingOption],
        chosen: ShippingOption | None,
    ) -> Quote:
        result = goods.ship(shipping)
        known = self.tax_included or chosen is not None
        snapshot = replace(goods.snapshot, shipping=shipping)
        prices = {line.key: line.unit_price for line in snapshot.lines}
        priced = {line.key: line for line in result.lines}
        quoted = [
            QuotedLine(
                unit_price=prices[key],
                discount=priced[key].discount,
                tax=priced[key].tax if known else 0,
                total=priced[key].total,
                taxes=[quoted_tax(tax) for tax in priced[key].taxes],
            )
            for key in (str(line.goods.variant_id) for line in lines)
        ]
        return Quote(
            currency=self.currency,
            tax_included=self.tax_included,
            lines=quoted,
            subtotal=result.subtotal,
            discount=result.discount,
            shipping=result.shipping if chosen else None,
            tax=result.tax if known else None,
            total=result.total if known else result.total - result.tax,
            shipping_options=options,
            chosen=chosen,
            considered=told(result),
            coupons=coupons_of(self.facts, result),
            claims=claims_of(self.rulebook, self.facts, result),
            taxes=sum_of_taxes(result),
            tax_exemption=self.taxes.exemption,
            holds_until=self.rulebook.holds_until(self.facts.at),
            engine=ENGINE,
            input=to_plain(snapshot.essential(result)),
        )


def _unit_price(
    goods: Priceable, quantity: int, currency: str, facts: PricingFacts, rulebook: Rulebook
) -> int:
    if not goods.list_prices:
        return goods.price
    return unit_price(
        goods.price,
        [Entry(str(each.price_list_id), each.min_quantity, each.amount) for each in goods.list_prices],
        rulebook.price_lists,
        quantity,
        currency,
        frozenset(facts.customer_groups),
        facts.at,
    )


def _features(goods: Priceable) -> frozenset[str]:
    return frozenset(
        (
            feature("variant", goods.variant_id),
            feature("product", goods.product_id),
            *(feature("category", each) for each in goods.categories),
            *(feature("tag", each) for each in goods.tags),
        )
    )


def _parcel(lines: Sequence[WantedLine], worth: int) -> Parcel:
    sides = [sorted((side or 0 for side in line.goods.sides_mm), reverse=True) for line in lines]
    longest = [max((each[index] for each in sides if len(each) > index), default=0) for index in range(3)]
    return Parcel(
        worth=worth,
        units=sum(line.quantity for line in lines),
        weight_grams=sum((line.goods.weight_grams or 0) * line.quantity for line in lines),
        sides_mm=(longest[0], longest[1], longest[2]),
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
