"""Which taxes hold at a place, by the zones that staff keep."""

from uuid import UUID

import pytest

from ecommerce.adapters.memory.pricing import MemoryRulebooks
from ecommerce.adapters.system.flat_rates import FlatTax
from ecommerce.application.pricing.areas import AreaDefinition, PostalRangeDefinition
from ecommerce.application.pricing.ports import TaxRules
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.application.pricing.tax_zones import TaxRateDefinition, TaxZoneDefinition
from ecommerce.application.pricing.taxes import TableTaxes
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.snapshot import TaxRate

pytestmark = pytest.mark.anyio
VAT = TaxRateDefinition(tax_class="standard", name="VAT", ppm=190_000)
BOOKS = TaxRateDefinition(tax_class="reduced", name="VAT", ppm=70_000)
GERMANY = TaxZoneDefinition(
    name="Germany",
    areas=(AreaDefinition(country="DE"), AreaDefinition(country="GR")),
    rates=(VAT, BOOKS),
    shipping_taxed_as="highest",
    reverse_charge=True,
)
QUEBEC = TaxZoneDefinition(
    name="Quebec",
    areas=(AreaDefinition(country="CA", regions=("QC",)),),
    rates=(
        TaxRateDefinition(tax_class="standard", name="GST", ppm=50_000),
        TaxRateDefinition(tax_class="standard", name="QST", ppm=95_000, compound=True),
    ),
)
CHICAGO = TaxZoneDefinition(
    name="Chicago",
    areas=(
        AreaDefinition(
            country="US", regions=("IL",), postal_ranges=(PostalRangeDefinition("60601", "60661"),)
        ),
    ),
    rates=(
        TaxRateDefinition(tax_class="standard", name="State", ppm=62_500),
        TaxRateDefinition(tax_class="standard", name="County", ppm=17_500),
    ),
)


def address(country: str, region: str | None = None, postal_code: str = "1") -> Address:
    return Address(
        first_name="Ada",
        last_name="L",
        line1="1 St",
        city="C",
        postal_code=postal_code,
        country=country,
        region=region,
    )


def taxes(*zones: TaxZoneDefinition, home: str = "US") -> TableTaxes:
    compiled = tuple(zone.compile(UUID(int=index)) for index, zone in enumerate(zones, 1))
    rulebooks = MemoryRulebooks(Rulebook(revision=1, tax_zones=compiled))
    return TableTaxes(rulebooks, home, FlatTax(82_500))


async def test_a_class_has_its_rates_and_another_the_standard_ones() -> None:
    rules = await taxes(GERMANY).rules(address("DE"))

    assert rules.goods("standard") == rules.goods("never-heard-of") == (TaxRate("VAT", 190_000),)
    assert rules.goods("reduced") == (TaxRate("VAT", 70_000),)
    assert rules.of_shipping(["reduced"]) == (TaxRate("VAT", 70_000),)
    assert rules.of_shipping(["reduced", "standard"]) == (TaxRate("VAT", 190_000),)


async def test_rates_stay_in_their_order() -> None:
    rules = await taxes(QUEBEC).rules(address("CA", "QC"))

    assert rules.goods("standard") == (TaxRate("GST", 50_000), TaxRate("QST", 95_000, compound=True))
    assert rules.of_shipping(["standard"]) == ()


async def test_a_county_counts_before_its_country() -> None:
    usa = TaxZoneDefinition(name="USA", areas=(AreaDefinition(country="US"),))
    table = taxes(usa, CHICAGO)

    assert [rate.name for rate in (await table.rules(address("US", "IL", "60614"))).goods("standard")] == [
        "State",
        "County",
    ]
    assert (await table.rules(address("US", "IL", "62701"))).goods("standard") == ()


async def test_without_a_destination_the_stores_own_country_counts() -> None:
    assert (await taxes(GERMANY, QUEBEC, home="DE").rules(None)).goods("standard") == (
        TaxRate("VAT", 190_000),
    )
    assert (await taxes(GERMANY, QUEBEC, home="US").rules(None)) == TaxRules()


async def test_where_zones_are_but_none_holds_a_place_nothing_is_due() -> None:
    assert await taxes(GERMANY).rules(address("JP")) == TaxRules()


async def test_without_any_zone_the_flat_rate_of_the_settings_holds() -> None:
    assert (await taxes().rules(address("JP"))).goods("standard") == (TaxRate("Tax", 82_500),)
    assert (await taxes().rules(None)).goods("standard") == (TaxRate("Tax", 82_500),)


@pytest.mark.parametrize(
    ("number", "home", "country", "exemption"),
    [
        ("DE136695976", "FR", "DE", "reverse-charge"),
        ("EL094259216", "FR", "GR", "reverse-charge"),
        ("DE136695976", "DE", "DE", None),
        ("FR40303265045", "US", "DE", None),
        (None, "FR", "DE", None),
    ],
)
async def test_a_business_abroad_owes_the_tax_itself(
    number: str | None, home: str, country: str, exemption: str | None
) -> None:
    rules = await taxes(GERMANY, home=home).rules(address(country), number)

    assert rules.exemption == exemption
    assert rules.goods("standard") == (TaxRate("VAT", 190_000),)


async def test_where_a_zone_knows_no_reverse_charge_a_number_changes_nothing() -> None:
    assert (await taxes(QUEBEC).rules(address("CA", "QC"), "CA123456782")).exemption is None


async def test_rules_that_were_changed_hold_at_once() -> None:
    rulebooks = MemoryRulebooks(Rulebook(revision=1, tax_zones=(GERMANY.compile(UUID(int=1)),)))
    table = TableTaxes(rulebooks, "US", FlatTax(0))
    assert await table.rules(address("CA", "QC")) == TaxRules()

    rulebooks.rulebook = Rulebook(revision=2, tax_zones=(QUEBEC.compile(UUID(int=2)),))

    assert (await table.rules(address("CA", "QC"))).goods("standard")
    assert await table.rules(address("DE")) == TaxRules()
