"""How goods get to a place, and for how much, by the zones that staff keep."""

import dataclasses
from typing import Any
from uuid import UUID

import msgspec
import pytest

from ecommerce.adapters.memory.pricing import MemoryRulebooks
from ecommerce.adapters.system.flat_rates import FlatShipping
from ecommerce.application.pricing.ports import Parcel
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.application.pricing.shipping import TableShipping
from ecommerce.application.pricing.shipping_zones import ShippingZoneDefinition
from ecommerce.application.shared.address import Address

pytestmark = pytest.mark.anyio
PLACE = Address(first_name="A", last_name="L", line1="1", city="C", postal_code="99501", country="US")
SMALL = Parcel(worth=5_000, units=2, weight_grams=900, sides_mm=(300, 200, 100))


def step(amount: int, start: int = 0, currency: str = "USD") -> dict[str, Any]:
    return {"price": {"amount": amount, "currency": currency}, "start": start}


def method(**said: Any) -> dict[str, Any]:
    return {"code": "standard", "name": "Standard", "measure": "flat", "steps": [step(599)], **said}


def zone(*methods: dict[str, Any], **said: Any) -> ShippingZoneDefinition:
    return msgspec.convert(
        {"name": "Zone", "areas": [{"country": "US"}], "methods": methods, **said}, ShippingZoneDefinition
    )


def shipping(*zones: ShippingZoneDefinition) -> TableShipping:
    compiled = tuple(each.compile(UUID(int=index)) for index, each in enumerate(zones, 1))
    rulebooks = MemoryRulebooks(Rulebook(revision=1, shipping_zones=compiled))
    return TableShipping(rulebooks, FlatShipping(500, ("US",)))


async def price(parcel: Parcel, currency: str = "USD", **said: Any) -> int | None:
    options = await shipping(zone(method(**said))).options(PLACE, currency, parcel)
    return options[0].price if options else None


def parcel(**said: Any) -> Parcel:
    return dataclasses.replace(SMALL, **said)


async def test_a_flat_price_is_the_same_for_everything() -> None:
    assert await price(SMALL) == await price(parcel(units=999, weight_grams=10**6, worth=0)) == 599


@pytest.mark.parametrize(
    ("grams", "costs"), [(0, 500), (999, 500), (1_000, 800), (4_999, 800), (5_000, 1_500), (10**9, 1_500)]
)
async def test_the_step_that_the_weight_has_reached_counts(grams: int, costs: int) -> None:
    steps = [step(500), step(800, 1_000), step(1_500, 5_000)]

    assert await price(parcel(weight_grams=grams), measure="weight", steps=steps) == costs


@pytest.mark.parametrize(("worth", "costs"), [(0, 900), (4_999, 900), (5_000, 300), (10**15, 300)])
async def test_the_step_that_the_worth_has_reached_counts(worth: int, costs: int) -> None:
    assert await price(parcel(worth=worth), measure="subtotal", steps=[step(900), step(300, 5_000)]) == costs


@pytest.mark.parametrize(("units", "costs"), [(1, 400), (4, 1_600), (5, 1_000), (10, 2_000)])
async def test_by_item_each_unit_costs_the_price_of_its_step(units: int, costs: int) -> None:
    assert await price(parcel(units=units), measure="item", steps=[step(400), step(200, 5)]) == costs


@pytest.mark.parametrize(("worth", "costs"), [(9_999, 599), (10_000, 0), (10_001, 0)])
async def test_from_a_worth_on_it_is_free(worth: int, costs: int) -> None:
    free_from = [{"amount": 10_000, "currency": "USD"}]

    assert await price(parcel(worth=worth), free_from=free_from) == costs


async def test_a_currency_has_prices_of_its_own_or_none() -> None:
    steps = [step(599), step(550, currency="EUR")]
    free_from = [{"amount": 1, "currency": "USD"}]

    assert await price(SMALL, "EUR", steps=steps, free_from=free_from) == 550
    assert await price(SMALL, "JPY", steps=steps) is None


@pytest.mark.parametrize(("grams", "fits"), [(99, False), (100, True), (2_000, True), (2_001, False)])
async def test_limits_of_weight_include_themselves(grams: int, fits: bool) -> None:
    limits: dict[str, Any] = {"min_weight_grams": 100, "max_weight_grams": 2_000}

    assert (await price(parcel(weight_grams=grams), **limits) is not None) is fits


@pytest.mark.parametrize(
    ("sides", "fits"),
    [((600, 400, 300), True), ((601, 1, 1), False), ((600, 401, 1), False), ((0, 0, 0), True)],
)
async def test_every_side_must_find_its_place(sides: tuple[int, int, int], fits: bool) -> None:
    assert (await price(parcel(sides_mm=sides), max_sides_mm=[600, 400, 300]) is not None) is fits


async def test_options_have_their_methods_code_name_and_days() -> None:
    express = method(code="express", name="Express", steps=[step(1_999)], min_days=1, max_days=2)

    options = await shipping(zone(method(), express)).options(PLACE, "USD", SMALL)

    assert [(each.id, each.name, each.price) for each in options] == [
        ("standard", "Standard", 599),
        ("express", "Express", 1_999),
    ]
    assert (options[1].estimated_days.min, options[1].estimated_days.max) == (1, 2)


async def test_the_most_precise_zone_counts_alone() -> None:
    states, alaska = zone(method()), zone(areas=[{"country": "US", "regions": ["AK"]}])
    table = shipping(states, alaska)
    there = msgspec.structs.replace(PLACE, region="AK")

    assert await table.options(there, "USD", SMALL) == []
    assert len(await table.options(PLACE, "USD", SMALL)) == 1


async def test_where_no_zone_is_nothing_ships() -> None:
    there = msgspec.structs.replace(PLACE, country="DE")

    assert await shipping(zone(method())).options(there, "USD", SMALL) == []


async def test_without_any_zone_the_flat_prices_of_the_settings_hold() -> None:
    options = await shipping().options(PLACE, "USD", SMALL)

    assert [(each.id, each.price) for each in options] == [("standard", 500), ("express", 1_500)]
