"""Which zone a place is in, and whose VAT number counts there."""

from dataclasses import dataclass
from itertools import permutations

import pytest

from ecommerce.domain.pricing.area import Area, Place, PostalRange, ZoneMap
from ecommerce.domain.pricing.vat import country_of, is_reverse_charged


@dataclass(frozen=True)
class Drawn:
    id: str
    areas: tuple[Area, ...]


def area(country: str, regions: str = "", *ranges: tuple[str, str]) -> Area:
    return Area(
        country=country,
        regions=frozenset(regions.split()),
        postal_ranges=frozenset(PostalRange.of(first, last) for first, last in ranges),
    )


USA = Drawn("1", (area("US"),))
ILLINOIS = Drawn("2", (area("US", "IL"),))
COOK = Drawn("3", (area("US", "IL", ("60601", "60699")),))
CODES = Drawn("4", (area("US", "", ("606", "608")),))
EUROPE = Drawn("5", (area("DE"), area("FR")))


def at(place: Place, *zones: Drawn) -> str | None:
    found = {getattr(ZoneMap(order).at(place), "id", None) for order in permutations(zones)}
    assert len(found) == 1, "the order of zones must not count"
    return found.pop()


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (Place.of("US", "IL", "60614"), COOK),
        (Place.of("US", "IL", "60714"), CODES),
        (Place.of("US", None, "60614"), CODES),
        (Place.of("US", "IL", "61701"), ILLINOIS),
        (Place.of("US", "IL"), ILLINOIS),
        (Place.of("US", "TX", "75001"), USA),
        (Place.of("US"), USA),
        (Place.of("FR", "IL", "60614"), EUROPE),
    ],
)
def test_the_most_precise_zone_counts(place: Place, zone: Drawn) -> None:
    assert at(place, USA, ILLINOIS, COOK, CODES, EUROPE) == zone.id


def test_a_place_without_a_zone_has_none() -> None:
    assert at(Place.of("GB"), USA, EUROPE) is None
    assert at(Place.of("US", "TX"), ILLINOIS) is None
    assert at(Place.of("US", "IL"), COOK) is None
    assert ZoneMap([]).at(Place.of("US")) is None


def test_of_equally_precise_zones_the_older_counts() -> None:
    one, two = Drawn("01", (area("US", "IL CA"),)), Drawn("02", (area("US", "CA NY"),))

    assert at(Place.of("US", "CA"), one, two) == "01"
    assert at(Place.of("US", "NY"), one, two) == "02"


@pytest.mark.parametrize(
    ("code", "first", "last", "inside"),
    [
        ("60601", "60601", "60699", True),
        ("60699", "60601", "60699", True),
        ("60600", "60601", "60699", False),
        ("60700", "60601", "60699", False),
        ("60614-1234", "60601", "60699", True),
        ("60699-9999", "60601", "60699", True),
        ("606", "60601", "60699", False),
        ("bt1 5gs", "BT", "BT", True),
        ("B1 1AA", "BT", "BT", False),
        ("SW1A 1AA", "SW1", "SW9", True),
        ("SW10 0AA", "SW1", "SW9", True),
        ("〒100-0001", "100", "100", False),
        ("100-0001", "1000001", "100-0001", True),
        ("", "0", "9", False),
    ],
)
def test_a_range_holds_codes_as_far_as_it_is_long(code: str, first: str, last: str, inside: bool) -> None:
    assert area("US", "", (first, last)).holds(Place.of("US", None, code)) is inside


def test_regions_are_compared_in_capitals() -> None:
    assert at(Place.of("US", "il"), ILLINOIS) == ILLINOIS.id


@pytest.mark.parametrize(
    ("number", "destination", "origin", "charged"),
    [
        ("DE136695976", "DE", "US", True),
        ("DE136695976", "DE", "FR", True),
        ("DE136695976", "DE", "DE", False),
        ("DE136695976", "FR", "US", False),
        ("EL094259216", "GR", "DE", True),
        ("GR094259216", "GR", "DE", True),
        ("EL094259216", "EL", "DE", False),
        ("XI980780684", "GB", "DE", True),
        (None, "DE", "US", False),
    ],
)
def test_a_buyer_owes_the_tax_where_the_number_and_the_goods_meet(
    number: str | None, destination: str, origin: str, charged: bool
) -> None:
    assert is_reverse_charged(number, destination, origin) is charged


def test_a_number_names_its_country() -> None:
    assert [country_of(each) for each in ("DE1", "EL1", "XI1", "CHE1")] == ["DE", "GR", "GB", "CH"]
