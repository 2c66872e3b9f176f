"""Promotions as staff write them down: what they become, and what makes no sense."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from ecommerce.application.pricing.goods import GoodsIds, ids_of, places_of
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.domain.pricing.promotion import AmountOff, Bundle, FreeShipping, Level, Part, Percentage
from ecommerce.domain.pricing.target import EVERYTHING, Target
from ecommerce.domain.pricing.window import Window
from ecommerce.domain.shared.kernel import InvalidValue

ID = UUID("01940000-0000-7000-8000-00000000beef")
OTHER = UUID("01940000-0000-7000-8000-00000000cafe")
BERLIN = ZoneInfo("Europe/Berlin")
TEN_OFF = {"kind": "percentage", "ppm": 100_000}


def define(**more: Any) -> PromotionDefinition:
    return msgspec.convert({"name": "Summer", "benefit": TEN_OFF, **more}, PromotionDefinition)


def checked(**more: Any) -> PromotionDefinition:
    return define(**more).checked(("USD", "EUR"), BERLIN)


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


def test_the_least_that_can_be_said() -> None:
    active = checked().compile(ID, 3)

    assert (active.id, active.version, active.by_code, active.limited) == (ID, 3, False, False)
    assert active.promotion.id == str(ID)
    assert active.promotion.benefit == Percentage(ppm=100_000)
    assert active.promotion.conditions.goods is not None
    assert active.window == Window()


def test_all_of_it_reaches_the_engine() -> None:
    goods = {"products": [str(ID)], "tags": ["sale"], "without": {"categories": [str(OTHER)]}}
    active = checked(
        benefit={"kind": "amount", "amounts": [usd(500)], "target": goods, "level": "order"},
        by_code=True,
        group="seasonal",
        alone=True,
        priority=7,
        starts_at=datetime(2026, 6, 1),  # noqa: DTZ001  # as the store's clocks show
        conditions={"min_subtotal": [usd(1_000)], "customer_groups": ["trade"], "countries": ["DE"]},
        max_uses=10,
        per_customer=2,
        budget=usd(9_999),
    ).compile(ID, 1)

    target = Target.of([f"product:{ID}", "tag:sale"], [f"category:{OTHER}"])
    assert active.promotion.benefit == AmountOff(amounts={"USD": 500}, target=target, level=Level.ORDER)
    assert active.promotion.conditions.min_subtotal == {"USD": 1_000}
    assert (active.promotion.group, active.promotion.alone, active.promotion.priority) == (
        "seasonal",
        True,
        7,
    )
    assert active.window.starts_at == datetime(2026, 5, 31, 22, tzinfo=UTC)
    assert (active.max_uses, active.per_customer, active.budget, active.budget_currency) == (
        10,
        2,
        9_999,
        "USD",
    )
    assert active.limited


def test_bundles_and_shipping_reach_the_engine() -> None:
    bundle = checked(
        benefit={
            "kind": "bundle",
            "parts": [{"quantity": 2, "target": {"tags": ["mug"]}}, {}],
            "prices": [usd(9)],
        }
    )
    shipping = checked(benefit={"kind": "free-shipping", "methods": ["standard"]})

    parts = (Part(Target.of(["tag:mug"]), 2), Part(EVERYTHING, 1))
    assert bundle.compile(ID, 1).promotion.benefit == Bundle(parts=parts, prices={"USD": 9})
    assert shipping.compile(ID, 1).promotion.benefit == FreeShipping(methods=frozenset({"standard"}))


def test_what_is_kept_reads_back_the_same() -> None:
    kept = checked(starts_at="2026-06-01T00:00:00", budget=usd(5))

    assert msgspec.json.decode(msgspec.json.encode(kept), type=PromotionDefinition) == kept
    assert kept.checked(("USD", "EUR"), BERLIN) == kept


def test_a_first_orders_promotion_is_for_one_order_of_a_customer() -> None:
    assert checked(conditions={"first_order": True}).per_customer == 1


@pytest.mark.parametrize(
    ("more", "pointers"),
    [
        ({"budget": {"amount": 5, "currency": "JPY"}}, ["/budget/currency"]),
        ({"ends_at": "2026-06-01T00:00:00Z", "starts_at": "2026-06-01T02:00:00"}, ["/ends_at"]),
        ({"ends_at": "0001-01-01T00:00:00"}, ["/ends_at"]),
        (
            {"benefit": {"kind": "tiers", "tiers": [{"quantity": 2, "ppm": 5}, {"quantity": 2, "ppm": 6}]}},
            ["/benefit/tiers/1/quantity"],
        ),
        (
            {"conditions": {"min_subtotal": [{"amount": 1, "currency": "EUR"}]}, "budget": usd(1)},
            ["/budget/currency"],
        ),
    ],
)
def test_what_makes_no_sense_is_told_where_it_stands(more: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(InvalidValue) as refused:
        checked(**more)

    faults = refused.value.faults if isinstance(refused.value, InvalidValues) else (refused.value,)
    assert [fault.pointer for fault in faults] == pointers


def test_all_goods_are_known_by_where_they_stand() -> None:
    named = define(
        benefit={"kind": "buy-x-get-y", "buy_quantity": 1, "get": {"variants": [str(OTHER)]}},
        conditions={"goods": {"products": [str(ID)], "without": {"categories": [str(OTHER), str(ID)]}}},
    ).goods()

    assert ids_of(named) == GoodsIds(frozenset({ID}), frozenset({ID, OTHER}), frozenset({OTHER}))
    unknown = GoodsIds(categories=frozenset({ID}), variants=frozenset({OTHER}))
    assert list(places_of(unknown, named)) == [
        "/benefit/get/variants/0",
        "/conditions/goods/without/categories/1",
    ]
