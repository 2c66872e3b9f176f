import msgspec
import pytest

from ecommerce.adapters.postgres.catalog.reads.parameters import lexeme
from ecommerce.adapters.postgres.catalog.reads.remembered import Remembered
from ecommerce.adapters.postgres.catalog.reads.render import Renderer, any_in_stock, offer, variants


@pytest.mark.parametrize(
    ("kind", "number", "available", "in_stock"),
    [("t", "3", 3, True), ("t", "0", 0, False), ("b", "0", 0, True), ("u", "0", None, True)],
)
def test_a_variant_tells_its_stock(kind: str, number: str, available: int | None, in_stock: bool) -> None:
    (shown,) = msgspec.json.decode(variants('{\x02"sku":"A"}', kind, number))
    assert shown == {"available": available, "in_stock": in_stock, "sku": "A"}
    assert any_in_stock(kind, number) is in_stock


def test_variants_are_told_apart() -> None:
    shown = msgspec.json.decode(variants('{\x02"sku":"A"},{\x02"sku":"B"},{\x02"sku":"C"}', "tut", "0,0,7"))
    assert [(each["sku"], each["available"]) for each in shown] == [("A", 0), ("B", None), ("C", 7)]


def test_fragments_become_one_document_with_the_shops_origin() -> None:
    renderer = Renderer("https://shop.example/", tax_included=True)
    text = renderer.finish(renderer.card('"url":"\x01/a.png"', in_stock=False) + "}")
    assert msgspec.json.decode(text) == {
        "url": "https://shop.example/a.png",
        "tax_included": True,
        "in_stock": False,
    }


def test_an_offer_is_in_major_units() -> None:
    assert msgspec.json.decode(offer("JPY", 500, 900, 2, True))["lowPrice"] == "500"
    assert msgspec.json.decode(offer("USD", 500, 900, 2, True))["highPrice"] == "9.00"


def test_a_lexeme_is_quoted() -> None:
    assert lexeme("a:b=O'Neil\\") == "'a:b=O''Neil\\\\'"


def test_what_is_remembered_is_forgotten() -> None:
    kept: Remembered[int] = Remembered(seconds=-1)
    kept.put("a", 1)
    assert kept.get("a") is None
    assert kept.stale("a") == 1
