"""Every reason for which a promotion doesn't apply."""

import pytest

from ecommerce.domain.pricing.conditions import Reason
from ecommerce.domain.pricing.promotion import (
    AmountOff,
    Benefit,
    Bundle,
    Conditions,
    FixedPrice,
    FreeShipping,
    Part,
    Percentage,
)
from ecommerce.domain.pricing.snapshot import Buyer, Shipping
from ecommerce.domain.pricing.target import EVERYTHING
from tests.unit.pricing.shop import POST, goods, line, percent, priced, promotion, reasons

HALF = Percentage(ppm=percent(50))
CART = [line("a", 1_000, 2), line("b", 500, 1, "sale")]
STRANGER = Buyer(first_order=False)
VIP = frozenset({"vip"})


@pytest.mark.parametrize(
    ("conditions", "buyer", "reason"),
    [
        (Conditions(), STRANGER, None),
        (Conditions(countries=frozenset({"DE"})), Buyer(country="DE"), None),
        (Conditions(countries=frozenset({"DE"})), Buyer(country="FR"), "country"),
        (Conditions(countries=frozenset({"DE"})), Buyer(), "country-unknown"),
        (Conditions(customer_groups=VIP), Buyer(groups=VIP | {"staff"}), None),
        (Conditions(customer_groups=VIP), Buyer(groups=frozenset({"staff"})), "customer-group"),
        (Conditions(first_order=True), Buyer(), None),
        (Conditions(first_order=True), STRANGER, "not-first-order"),
        (Conditions(min_subtotal={"USD": 2_500}), STRANGER, None),
        (Conditions(min_subtotal={"USD": 2_501}), STRANGER, "subtotal-too-low"),
        (Conditions(min_subtotal={"EUR": 1}), STRANGER, "currency"),
        (Conditions(min_quantity=3), STRANGER, None),
        (Conditions(min_quantity=4), STRANGER, "quantity-too-low"),
        (Conditions(goods=goods("sale")), STRANGER, None),
        (Conditions(goods=goods("sale"), min_quantity=2), STRANGER, "quantity-too-low"),
        (Conditions(goods=goods("c")), STRANGER, "quantity-too-low"),
    ],
)
def test_a_condition_holds_or_says_why_not(
    conditions: Conditions, buyer: Buyer, reason: Reason | None
) -> None:
    assert reasons(priced(CART, promotion(HALF, conditions=conditions), buyer=buyer)) == [reason]


def test_conditions_look_at_the_cart_before_any_discount() -> None:
    from_25 = promotion(HALF, "b", Conditions(min_subtotal={"USD": 2_500}))

    assert reasons(priced(CART, promotion(HALF, "a"), from_25)) == [None, None]


@pytest.mark.parametrize(
    "benefit",
    [
        AmountOff(amounts={"EUR": 100}),
        FixedPrice(prices={"EUR": 100}),
        Bundle(parts=(Part(EVERYTHING, 1),), prices={"EUR": 100}),
    ],
)
def test_an_amount_holds_in_its_currencies_only(benefit: Benefit) -> None:
    assert reasons(priced(CART, benefit)) == ["currency"]
    assert reasons(priced(CART, benefit, currency="EUR")) == [None]


@pytest.mark.parametrize(
    ("shipping", "reason"),
    [
        (None, "country-unknown"),
        (Shipping(500, "courier"), "nothing-to-discount"),
        (Shipping(0, "post"), "nothing-to-discount"),
        (POST, None),
    ],
)
def test_why_shipping_is_not_free(shipping: Shipping | None, reason: Reason | None) -> None:
    by_post = FreeShipping(methods=frozenset({"post"}))

    assert reasons(priced(CART, by_post, shipping=shipping)) == [reason]


def test_nothing_is_left_to_discount() -> None:
    assert reasons(priced(CART, Percentage(ppm=percent(100)), HALF)) == [None, "nothing-to-discount"]
