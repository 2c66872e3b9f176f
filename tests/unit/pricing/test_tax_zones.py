"""What staff may say of a tax zone."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from ecommerce.application.pricing.tax_zones import TaxZoneDefinition, TaxZoneEditor
from ecommerce.domain.pricing.refusals import AreaTaken
from tests.factories.zones import ZoneOffice

pytestmark = pytest.mark.anyio
GERMANY: dict[str, Any] = {
    "name": "Germany",
    "areas": [{"country": "DE"}],
    "rates": [{"tax_class": "standard", "name": "VAT", "ppm": 190_000}],
}


def office() -> ZoneOffice[TaxZoneDefinition]:
    return ZoneOffice(TaxZoneDefinition, TaxZoneEditor, GERMANY)


async def test_codes_are_kept_in_their_proper_form() -> None:
    area = {
        "country": "us",
        "regions": ["il", "ca", "IL"],
        "postal_ranges": [{"first": "606 14", "last": "606-61"}, {"first": "60601", "last": "60609"}],
    }
    kept = (await office().keep(areas=[area])).definition.areas[0]

    assert (kept.country, kept.regions) == ("US", ("CA", "IL"))
    assert [(each.first, each.last) for each in kept.postal_ranges] == [
        ("60601", "60609"),
        ("60614", "60661"),
    ]


@pytest.mark.parametrize(
    ("area", "pointer"),
    [
        ({"country": "XX"}, "/areas/0/country"),
        ({"country": "EU"}, "/areas/0/country"),
        ({"country": "US", "regions": ["CA", "ZZ"]}, "/areas/0/regions/1"),
        ({"country": "US", "regions": ["US-CA"]}, "/areas/0/regions/0"),
        (
            {"country": "US", "postal_ranges": [{"first": "60699", "last": "60601"}]},
            "/areas/0/postal_ranges/0/last",
        ),
        (
            {"country": "US", "postal_ranges": [{"first": "606", "last": "60699"}]},
            "/areas/0/postal_ranges/0/last",
        ),
        ({"country": "US", "postal_ranges": [{"first": "-", "last": "-"}]}, "/areas/0/postal_ranges/0/first"),
        (
            {"country": "US", "postal_ranges": [{"first": "6%", "last": "6%"}]},
            "/areas/0/postal_ranges/0/first",
        ),
        ({"country": "US", "postal_ranges": [{"first": "٦", "last": "٦"}]}, "/areas/0/postal_ranges/0/first"),
    ],
)
async def test_an_area_that_is_nowhere_is_refused(area: dict[str, Any], pointer: str) -> None:
    assert await office().refusals(areas=[area]) == [pointer]


def rate(**changes: Any) -> dict[str, Any]:
    return {"tax_class": "standard", "name": "VAT", "ppm": 190_000, **changes}


@pytest.mark.parametrize(
    ("rates", "pointer"),
    [
        ([rate(compound=True)], "/rates/0/compound"),
        ([rate(), rate(tax_class="reduced", compound=True)], "/rates/1/compound"),
        ([rate(), rate()], "/rates/1/name"),
        ([rate(), rate(name=" VAT ")], "/rates/1/name"),
        ([rate(name="a\tb")], "/rates/0/name"),
        ([rate(tax_class="highest")], "/rates/0/tax_class"),
    ],
)
async def test_a_rate_that_makes_no_sense_is_refused(rates: list[dict[str, Any]], pointer: str) -> None:
    assert await office().refusals(rates=rates) == [pointer]


async def test_shipping_is_taxed_as_a_class_that_is_there() -> None:
    assert await office().refusals(shipping_taxed_as="reduced") == ["/shipping_taxed_as"]
    for shipping in (None, "highest", "standard"):
        assert (await office().keep(shipping_taxed_as=shipping)).definition.shipping_taxed_as == shipping


async def test_all_faults_are_told_at_once() -> None:
    found = await office().refusals(
        areas=[{"country": "XX"}, {"country": "US", "regions": ["ZZ", "YY"]}],
        rates=[rate(compound=True)],
        shipping_taxed_as="reduced",
    )

    assert found == [
        "/areas/0/country",
        "/areas/1/regions/0",
        "/areas/1/regions/1",
        "/rates/0/compound",
        "/shipping_taxed_as",
    ]


@pytest.mark.parametrize(
    "definition",
    [
        {"areas": []},
        {"areas": [{"country": "DE"}] * 51},
        {"areas": [{"country": "DEU"}]},
        {"areas": [{"country": "DE", "city": "Berlin"}]},
        {"rates": [rate(ppm=-1)]},
        {"rates": [rate(ppm=1_000_001)]},
        {"rates": [rate(ppm=0.19)]},
        {"rates": [rate(tax_class="Standard Rate")]},
        {"rates": [rate(tax_class="")]},
        {"rates": [rate()] * 101},
        {"shipping_taxed_as": ""},
        {"reverse_charge": "yes"},
        {"name": ""},
    ],
)
def test_what_has_the_wrong_shape_is_no_definition(definition: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        office().zone(**definition)


async def test_no_two_zones_have_the_same_area() -> None:
    here = office()
    first = await here.keep()

    with pytest.raises(AreaTaken, match="Germany has exactly this area") as refused:
        await here.keep(name="Germany again", areas=[{"country": "FR"}, {"country": "de"}])
    assert refused.value.data == {"pointer": "/areas/1", "zone_id": str(first.id)}
    assert await office().refusals(areas=[{"country": "FR"}, {"country": "fr"}]) == ["/areas/1"]
    await here.keep(name="Berlin", areas=[{"country": "DE", "regions": ["BE"]}])
    assert (await here.replace(first.id, name="Deutschland")).version == 2


async def test_what_was_checked_compiles() -> None:
    kept = await office().keep(shipping_taxed_as="highest", reverse_charge=True)
    compiled = kept.definition.compile(UUID(int=7))

    assert (compiled.id, compiled.shipping, compiled.reverse_charge) == (str(UUID(int=7)), "highest", True)
    assert [each.ppm for each in compiled.rates["standard"]] == [190_000]
