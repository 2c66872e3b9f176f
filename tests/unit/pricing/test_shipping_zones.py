"""What staff may say of a shipping zone."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from ecommerce.application.pricing.shipping_zones import ShippingZoneDefinition, ShippingZoneEditor
from ecommerce.domain.pricing.refusals import AreaTaken
from ecommerce.domain.pricing.shipping_zone import Step
from tests.factories.zones import ZoneOffice

pytestmark = pytest.mark.anyio


def step(amount: int, start: int = 0, currency: str = "USD") -> dict[str, Any]:
    return {"price": {"amount": amount, "currency": currency}, "start": start}


def method(**said: Any) -> dict[str, Any]:
    return {"code": "standard", "name": "Standard", "measure": "weight", "steps": [step(599)], **said}


def office() -> ZoneOffice[ShippingZoneDefinition]:
    like = {"name": "USA", "areas": [{"country": "US"}], "methods": [method()]}
    return ZoneOffice(ShippingZoneDefinition, ShippingZoneEditor, like)


async def test_a_method_is_kept_in_its_proper_form() -> None:
    said = method(
        name=" Freight ",
        steps=[step(599, currency="USD"), step(499, currency="EUR"), step(899, 1_000)],
        max_sides_mm=[300, 1_200, 600],
        free_from=[{"amount": 1, "currency": "EUR"}],
    )
    kept = (await office().keep(methods=[said])).definition

    assert kept.methods[0].name == "Freight"
    assert kept.methods[0].max_sides_mm == (1_200, 600, 300)
    compiled = kept.compile(UUID(int=1)).methods[0]
    assert compiled.steps == {"USD": (Step(0, 599), Step(1_000, 899)), "EUR": (Step(0, 499),)}
    assert compiled.free_from == {"EUR": 1}


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"steps": [step(1, 1)]}, "/methods/0/steps/0/start"),
        ({"steps": [step(1), step(2, 5), step(3, 5)]}, "/methods/0/steps/2/start"),
        ({"steps": [step(1), step(2, 5), step(3, 4)]}, "/methods/0/steps/2/start"),
        ({"steps": [step(1), step(2)]}, "/methods/0/steps/1/start"),
        ({"steps": [step(1), step(2, 5, "EUR")]}, "/methods/0/steps/1/start"),
        ({"steps": [step(1), step(2, 5)], "measure": "flat"}, "/methods/0/steps/1/start"),
        ({"steps": [step(1, currency="ZZZ")]}, "/methods/0/steps/0/price/currency"),
        ({"steps": [step(10**9 + 1)]}, "/methods/0/steps/0/price/amount"),
        ({"free_from": [{"amount": 1, "currency": "EUR"}]}, "/methods/0/free_from/0/currency"),
        ({"free_from": [{"amount": 1, "currency": "USD"}] * 2}, "/methods/0/free_from/1/currency"),
        ({"free_from": [{"amount": 1, "currency": "QQQ"}]}, "/methods/0/free_from/0/currency"),
        ({"min_weight_grams": 2, "max_weight_grams": 1}, "/methods/0/max_weight_grams"),
        ({"min_days": 3, "max_days": 2}, "/methods/0/max_days"),
        ({"name": "a\nb"}, "/methods/0/name"),
    ],
)
async def test_a_method_that_makes_no_sense_is_refused(said: dict[str, Any], pointer: str) -> None:
    assert await office().refusals(methods=[method(**said)]) == [pointer]


async def test_a_code_is_there_once_in_a_zone() -> None:
    assert await office().refusals(methods=[method(), method(name="Other")]) == ["/methods/1/code"]


async def test_all_faults_are_told_at_once() -> None:
    found = await office().refusals(
        areas=[{"country": "XX"}],
        methods=[method(min_days=9, max_weight_grams=0, min_weight_grams=1), method(steps=[step(1, 1)])],
    )

    assert found == [
        "/areas/0/country",
        "/methods/0/max_weight_grams",
        "/methods/0/max_days",
        "/methods/1/code",
        "/methods/1/steps/0/start",
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"code": "Standard"},
        {"code": "standard\n"},
        {"code": ""},
        {"measure": "distance"},
        {"steps": []},
        {"steps": [step(-1)]},
        {"steps": [step(1, -1)]},
        {"steps": [{"price": 599}]},
        {"steps": [step(1, currency="usd")]},
        {"steps": [{"price": {"amount": 5.99, "currency": "USD"}}]},
        {"steps": [{"price": {"amount": 599, "currency": "USD"}, "from": 0}]},
        {"max_sides_mm": [1, 2]},
        {"max_sides_mm": [1, 2, 0]},
        {"max_sides_mm": [1, 2, 3, 4]},
        {"min_days": -1},
        {"max_days": 366},
        {"max_weight_grams": -1},
        {"carrier": "pigeon"},
    ],
)
def test_what_has_the_wrong_shape_is_no_method(said: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        office().zone(methods=[method(**said)])


async def test_no_two_zones_have_the_same_area() -> None:
    here = office()
    await here.keep()

    with pytest.raises(AreaTaken, match="USA has exactly this area"):
        await here.keep(name="Other")


async def test_a_zone_may_ship_nothing() -> None:
    assert (await office().keep(methods=[])).definition.compile(UUID(int=1)).methods == ()
