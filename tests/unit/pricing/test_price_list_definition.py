"""Price lists as staff write them."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.domain.pricing.price_list import PriceList
from ecommerce.domain.pricing.window import Window
from ecommerce.domain.shared.kernel import InvalidValue

BERLIN = ZoneInfo("Europe/Berlin")
LIST = UUID(int=7)


def read(**fields: object) -> PriceListDefinition:
    return msgspec.convert({"name": "Sale", "currency": "EUR", **fields}, PriceListDefinition)


def checked(**fields: object) -> PriceListDefinition:
    return read(**fields).checked(("EUR", "USD"), BERLIN)


def test_times_without_an_offset_are_the_stores_and_kept_in_utc() -> None:
    kept = checked(starts_at="2026-07-01T00:00:00", ends_at="2026-12-01T00:00:00+02:00")

    assert kept.starts_at == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert msgspec.to_builtins(kept)["starts_at"] == "2026-06-30T22:00:00Z"
    assert msgspec.to_builtins(kept)["ends_at"] == "2026-11-30T22:00:00Z"


def test_what_is_kept_is_read_again_as_it_was() -> None:
    kept = checked(starts_at="2026-07-01T00:00:00", customer_groups=["trade", "school", "trade"])

    assert kept.customer_groups == ["school", "trade"]
    assert msgspec.json.decode(msgspec.json.encode(kept), type=PriceListDefinition) == kept
    assert kept.checked(("EUR",), BERLIN) == kept


def test_it_compiles_to_the_rule() -> None:
    start = datetime(2026, 7, 1, tzinfo=UTC)
    kept = checked(starts_at="2026-07-01T00:00:00Z", customer_groups=["trade"], priority=-3)

    assert kept.compile(LIST) == PriceList(
        id=str(LIST),
        currency="EUR",
        customer_groups=frozenset({"trade"}),
        window=Window(start, None),
        priority=-3,
    )


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"currency": "CHF"}, "/currency"),
        ({"starts_at": "2026-07-01T00:00:00", "ends_at": "2026-07-01T00:00:00"}, "/ends_at"),
        ({"starts_at": "2026-07-01T00:00:00Z", "ends_at": "2026-07-01T01:00:00+02:00"}, "/ends_at"),
        ({"starts_at": "0001-01-01T00:00:00"}, "/starts_at"),
        ({"ends_at": "9999-12-31T23:59:59-14:00"}, "/ends_at"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        checked(**fields)

    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    "fields",
    [
        {"price": 1},
        {"customer_groups": ["Trade"]},
        {"customer_groups": ["trade\n"]},
        {"customer_groups": [""]},
        {"customer_groups": ["-"]},
        {"customer_groups": ["a"] * 51},
        {"priority": 10**30},
        {"priority": 1.5},
        {"name": ""},
        {"enabled": "yes"},
        {"starts_at": "soon"},
    ],
)
def test_what_is_malformed_is_not_read(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**fields)
