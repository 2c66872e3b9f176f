"""What an order keeps of its pricing, and pricing it again."""

import json
from random import Random

import pytest
from hypothesis import given, settings

from ecommerce.domain.pricing.canonical import from_plain, to_plain
from ecommerce.domain.pricing.engine import ENGINE, price
from ecommerce.domain.pricing.promotion import Bundle, Conditions, Level, Part, Percentage
from ecommerce.domain.pricing.snapshot import Buyer, Candidate, Shipping, Snapshot, TaxRate
from ecommerce.domain.pricing.target import EVERYTHING, Target
from ecommerce.domain.pricing.versions import UnknownEngine, reprice
from tests.unit.pricing.carts import EXAMPLES, snapshot, snapshots
from tests.unit.pricing.shop import VAT, goods, line, promotion


@settings(max_examples=EXAMPLES, deadline=None)
@given(snapshots)
def test_a_snapshot_survives_being_kept_as_json(given: Snapshot) -> None:
    plain = json.loads(json.dumps(to_plain(given)))

    assert from_plain(plain) == given
    assert to_plain(from_plain(plain)) == plain
    assert reprice(ENGINE, plain) == price(given)


def test_every_kind_of_benefit_survives_it() -> None:
    made = [snapshot(Random(seed), most_promotions=20) for seed in range(50)]

    assert {each.promotion.benefit.kind for cart in made for each in cart.candidates} == {
        "percentage",
        "amount",
        "fixed-price",
        "buy-x-get-y",
        "tiers",
        "bundle",
        "free-shipping",
    }
    assert [from_plain(to_plain(each)) for each in made] == made


def test_the_format_is_small_and_can_be_read() -> None:
    bundle = Bundle(parts=(Part(EVERYTHING, 2),), prices={"USD": 900, "EUR": 800})
    sale = Percentage(ppm=100_000, target=Target.of(["tag:b", "tag:a"], ["tag:c"]), level=Level.ORDER)
    kept = Snapshot(
        currency="USD",
        tax_included=True,
        lines=(line("a", 500, 2, taxes=(VAT,)), line("b", 0)),
        shipping=Shipping(500, "post", (TaxRate("QST", 99_750, compound=True),)),
        candidates=(
            Candidate(promotion(bundle, "p1", Conditions(min_quantity=2, goods=goods("a")))),
            Candidate(promotion(sale, "p2", priority=5, group="g", alone=True), budget_left=100),
            Candidate(promotion(sale, "p3"), refused="limit-reached"),
        ),
        buyer=Buyer(first_order=False, country="DE"),
        rounding="order",
    )
    ten_percent = {
        "kind": "percentage",
        "ppm": 100_000,
        "target": {"features": ["tag:a", "tag:b"], "without": ["tag:c"]},
        "level": "order",
    }

    plain = to_plain(kept)

    assert from_plain(plain) == kept
    assert plain == {
        "currency": "USD",
        "tax_included": True,
        "lines": [
            {
                "key": "a",
                "unit_price": 500,
                "quantity": 2,
                "features": ["tag:a"],
                "taxes": [{"name": "VAT", "ppm": 200_000}],
            },
            {"key": "b", "unit_price": 0, "quantity": 1, "features": ["tag:b"]},
        ],
        "shipping": {
            "price": 500,
            "method": "post",
            "taxes": [{"name": "QST", "ppm": 99_750, "compound": True}],
        },
        "candidates": [
            {
                "promotion": {
                    "id": "p1",
                    "name": "p1",
                    "benefit": {
                        "kind": "bundle",
                        "parts": [{"target": {}, "quantity": 2}],
                        "prices": {"EUR": 800, "USD": 900},
                    },
                    "conditions": {"min_quantity": 2, "goods": {"features": ["tag:a"]}},
                },
            },
            {
                "promotion": {
                    "id": "p2",
                    "name": "p2",
                    "benefit": ten_percent,
                    "priority": 5,
                    "group": "g",
                    "alone": True,
                },
                "budget_left": 100,
            },
            {"promotion": {"id": "p3", "name": "p3", "benefit": ten_percent}, "refused": "limit-reached"},
        ],
        "buyer": {"first_order": False, "country": "DE"},
        "rounding": "order",
    }


def test_what_has_its_default_is_left_out() -> None:
    assert to_plain(Snapshot("USD", False, ())) == {"currency": "USD", "tax_included": False, "lines": []}


def test_an_engine_that_is_not_kept_is_told_so() -> None:
    with pytest.raises(UnknownEngine, match="'0' is not kept"):
        reprice("0", to_plain(Snapshot("USD", False, ())))
