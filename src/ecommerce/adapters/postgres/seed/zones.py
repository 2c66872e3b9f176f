"""Tax and shipping zones of the demo shop: examples to look at and to change.

The rates are what the named authorities published as general and reduced rates, as known in November 2026:
for the EU the Commission's table "VAT rates applied in the Member States", for GB HMRC, for JP the National
Tax Agency, for states and counties of the US their departments of revenue. They are for showing how zones
work. Nobody keeps them current, they leave out much (cities, districts, exemptions, thresholds), and they
are no advice: who sells asks the authority.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ecommerce.adapters.postgres.seed.numbers import CURRENCIES, OPENED, chance, in_all_currencies, uuid7
from ecommerce.application.pricing.areas import AreaDefinition, PostalRangeDefinition, ZoneDefinition
from ecommerce.application.pricing.benefits import Sum
from ecommerce.application.pricing.shipping_zones import (
    ShippingMethodDefinition,
    ShippingStep,
    ShippingZoneDefinition,
)
from ecommerce.application.pricing.tax_zones import TaxRateDefinition, TaxZoneDefinition
from ecommerce.domain.pricing.tax_zone import HIGHEST

ZONE_COLUMNS = "id name definition created_at updated_at".split()
ZONE_JSON = ("definition",)
_SINCE = "(as of 2026-11)"

# Standard and reduced rate in tenths of a percent. Where a country has several reduced ones: that of books.
EU_VAT: dict[str, tuple[str, int, int]] = {
    "AT": ("Austria", 200, 100),
    "BE": ("Belgium", 210, 60),
    "DE": ("Germany", 190, 70),
    "ES": ("Spain", 210, 40),
    "FR": ("France", 200, 55),
    "IT": ("Italy", 220, 40),
    "NL": ("Netherlands", 210, 90),
    "PL": ("Poland", 230, 50),
    "SE": ("Sweden", 250, 60),
}
# The state's own rate in thousandths of a percent, and whether it taxes delivery.
STATES: dict[str, tuple[str, int, str | None]] = {
    "CA": ("California", 7_250, None),
    "IL": ("Illinois", 6_250, None),
    "NY": ("New York", 4_000, HIGHEST),
    "TX": ("Texas", 6_250, "standard"),
    "WA": ("Washington", 6_500, "standard"),
}


def tax_zones() -> Iterator[TaxZoneDefinition]:
    for country, (name, standard, reduced) in EU_VAT.items():
        yield TaxZoneDefinition(
            name=f"Example: {name} VAT {_SINCE}",
            areas=(AreaDefinition(country=country),),
            rates=(_rate("standard", "VAT", standard * 1_000), _rate("reduced", "VAT", reduced * 1_000)),
            shipping_taxed_as=HIGHEST,
            reverse_charge=True,
        )
    yield TaxZoneDefinition(
        name=f"Example: United Kingdom VAT {_SINCE}",
        areas=(AreaDefinition(country="GB"),),
        rates=(_rate("standard", "VAT", 200_000), _rate("reduced", "VAT", 50_000)),
        shipping_taxed_as=HIGHEST,
    )
    yield TaxZoneDefinition(
        name=f"Example: Japan consumption tax {_SINCE}",
        areas=(AreaDefinition(country="JP"),),
        rates=(
            _rate("standard", "Consumption tax", 100_000),
            _rate("reduced", "Consumption tax", 80_000),
        ),
        shipping_taxed_as="standard",
    )
    for state, (name, rate, shipping) in STATES.items():
        yield TaxZoneDefinition(
            name=f"Example: {name} sales tax {_SINCE}",
            areas=(AreaDefinition(country="US", regions=(state,)),),
            rates=(_rate("standard", f"{name} sales tax", rate * 10),),
            shipping_taxed_as=shipping,
        )
    yield TaxZoneDefinition(
        name=f"Example: Cook County, Illinois, sales tax {_SINCE}",
        areas=(
            AreaDefinition(
                country="US",
                regions=("IL",),
                postal_ranges=(
                    PostalRangeDefinition("60004", "60009"),
                    PostalRangeDefinition("60601", "60661"),
                ),
            ),
        ),
        rates=(
            _rate("standard", "Illinois sales tax", 62_500),
            _rate("standard", "Cook County sales tax", 17_500),
        ),
    )


def shipping_zones() -> Iterator[ShippingZoneDefinition]:
    """`standard` and `express` go everywhere, whatever it weighs, and `standard` is the cheaper one."""
    yield ShippingZoneDefinition(
        name=f"Example: United States {_SINCE}",
        areas=(AreaDefinition(country="US"),),
        methods=(_standard(599, 3, 5, free_from=7_500), _express(1_999, 1, 2)),
    )
    yield ShippingZoneDefinition(
        name=f"Example: Alaska and Hawaii {_SINCE}",
        areas=(AreaDefinition(country="US", regions=("AK", "HI")),),
        methods=(_standard(1_199, 5, 9), _express(3_999, 2, 4)),
    )
    yield ShippingZoneDefinition(
        name=f"Example: United Kingdom {_SINCE}",
        areas=(AreaDefinition(country="GB"),),
        methods=(_by_weight(_standard(699, 4, 7)), _by_weight(_express(2_499, 2, 3))),
    )
    yield ShippingZoneDefinition(
        name=f"Example: Germany and France {_SINCE}",
        areas=(AreaDefinition(country="DE"), AreaDefinition(country="FR")),
        methods=(_standard(699, 4, 7, free_from=12_000), _express(2_499, 2, 3)),
    )
    yield ShippingZoneDefinition(
        name=f"Example: Japan {_SINCE}",
        areas=(AreaDefinition(country="JP"),),
        methods=(_by_weight(_standard(899, 5, 9)), _by_weight(_express(2_999, 2, 4))),
    )


def zone_rows(seed: int, kind: str, zones: Sequence[ZoneDefinition]) -> list[tuple[Any, ...]]:
    """The same ids for the same seed."""
    rng = chance(seed, kind)
    return [
        (uuid7(rng, OPENED, number), zone.name, msgspec.json.encode(zone).decode(), OPENED, OPENED)
        for number, zone in enumerate(zones)
    ]


def _rate(tax_class: str, name: str, ppm: int) -> TaxRateDefinition:
    return TaxRateDefinition(tax_class=tax_class, name=name, ppm=ppm)


def _standard(cents: int, first: int, last: int, free_from: int | None = None) -> ShippingMethodDefinition:
    return ShippingMethodDefinition(
        code="standard",
        name="Standard",
        measure="flat",
        steps=_steps((0, cents)),
        free_from=() if free_from is None else _sums(free_from),
        min_days=first,
        max_days=last,
    )


def _express(cents: int, first: int, last: int) -> ShippingMethodDefinition:
    return ShippingMethodDefinition(
        code="express",
        name="Express",
        measure="flat",
        steps=_steps((0, cents)),
        min_days=first,
        max_days=last,
    )


def _by_weight(method: ShippingMethodDefinition) -> ShippingMethodDefinition:
    """Twice as much from 2 kg on, four times from 10, eight times from 30."""
    return msgspec.structs.replace(
        method,
        measure="weight",
        steps=tuple(
            ShippingStep(start=grams, price=Sum(step.price.amount * times, step.price.currency))
            for grams, times in ((0, 1), (2_000, 2), (10_000, 4), (30_000, 8))
            for step in method.steps
        ),
    )


def _sums(cents: int) -> tuple[Sum, ...]:
    """What so many cents of a dollar are in each currency of the shop."""
    amounts = zip(CURRENCIES, in_all_currencies(cents), strict=True)
    return tuple(Sum(amount, currency) for currency, amount in amounts)


def _steps(*steps: tuple[int, int]) -> tuple[ShippingStep, ...]:
    return tuple(ShippingStep(start=start, price=price) for start, cents in steps for price in _sums(cents))
