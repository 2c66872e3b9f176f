"""Coupon codes in carts, over fakes."""

from itertools import permutations

import pytest

from ecommerce.domain.cart.cart import MAX_COUPONS
from ecommerce.domain.pricing.refusals import CouponExhausted, CouponNotApplicable
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, StaleVersion
from tests.factories.cart_desk import CartDesk


@pytest.fixture
def desk() -> CartDesk:
    return CartDesk()


@pytest.fixture
def token(desk: CartDesk) -> str:
    return str(desk.add().view.token)


def codes(desk: CartDesk, token: str) -> list[tuple[str, bool, str | None]]:
    return [(each.code, each.applied, each.reason) for each in desk.show(token).view.coupons]


def test_a_code_is_added_once_however_it_is_typed(desk: CartDesk, token: str) -> None:
    desk.issue("TEN")
    desk.add_coupon(token, "TEN")
    desk.add_coupon(token, "TEN")
    desk.add_coupon(token, " t-e n")

    assert codes(desk, token) == [("TEN", True, None)]


def test_codes_are_shown_at_once_by_what_changed_them(desk: CartDesk, token: str) -> None:
    desk.issue("TEN")
    desk.issue("TWENTY")

    assert [each.code for each in desk.add_coupon(token, "TEN").view.coupons] == ["TEN"]
    assert [each.code for each in desk.add_coupon(token, "TWENTY").view.coupons] == ["TEN", "TWENTY"]
    assert [each.code for each in desk.remove_coupon(token, "t en").view.coupons] == ["TWENTY"]
    assert codes(desk, token) == [("TWENTY", True, None)]


def test_the_order_of_codes_does_not_matter() -> None:
    ends = set()
    for order in permutations(["TEN", "TWENTY", "LATER"]):
        desk = CartDesk()
        desk.issue("TEN")
        desk.issue("TWENTY")
        desk.issue("LATER", reason="outdone")
        token = str(desk.add().view.token)
        for code in order:
            desk.add_coupon(token, code)
        ends.add(frozenset(codes(desk, token)))

    assert len(ends) == 1


@pytest.mark.parametrize("kind", ["none", "dead", "closed"])
def test_codes_nobody_may_know_of_are_answered_alike(desk: CartDesk, token: str, kind: str) -> None:
    if kind == "dead":
        desk.issue("TEN", live=False)
    elif kind == "closed":
        desk.issue("TEN", reason="unknown-code")

    with pytest.raises(CouponNotApplicable) as refused:
        desk.add_coupon(token, "TEN")

    assert (str(refused.value), refused.value.data) == ("there is no such code", {"reason": "unknown-code"})
    assert codes(desk, token) == []


@pytest.mark.parametrize("reason", ["exhausted", "budget-exhausted", "customer-limit"])
def test_what_is_used_up_is_told(desk: CartDesk, token: str, reason: str) -> None:
    desk.issue("TEN", used_up=True, reason=reason)

    with pytest.raises(CouponExhausted) as refused:
        desk.add_coupon(token, "TEN")

    assert refused.value.data == {"reason": reason}
    assert codes(desk, token) == []


@pytest.mark.parametrize("reason", ["subtotal-too-low", "customer-group", "nothing-to-discount", "country"])
def test_a_code_whose_conditions_are_not_met_is_refused_with_the_reason(
    desk: CartDesk, token: str, reason: str
) -> None:
    desk.issue("TEN", reason=reason)

    with pytest.raises(CouponNotApplicable) as refused:
        desk.add_coupon(token, "TEN")

    assert refused.value.data == {"reason": reason}
    assert codes(desk, token) == []


@pytest.mark.parametrize("reason", ["country-unknown", "outdone"])
def test_a_code_that_may_apply_later_is_kept(desk: CartDesk, token: str, reason: str) -> None:
    desk.issue("TEN", reason=reason)

    desk.add_coupon(token, "TEN")

    assert codes(desk, token) == [("TEN", False, reason)]


def test_a_code_that_is_in_the_cart_stays_when_it_is_added_again(desk: CartDesk, token: str) -> None:
    desk.issue("TEN")
    desk.add_coupon(token, "TEN")
    desk.pricer.reasons["TEN"] = "subtotal-too-low"

    shown = desk.add_coupon(token, "TEN")

    assert [(each.applied, each.reason) for each in shown.view.coupons] == [(False, "subtotal-too-low")]


def test_a_cart_holds_so_many_codes_and_no_more(desk: CartDesk, token: str) -> None:
    for number in range(MAX_COUPONS + 1):
        desk.issue(f"CODE{number}")
    for number in range(MAX_COUPONS):
        desk.add_coupon(token, f"CODE{number}")

    with pytest.raises(InvalidValue) as refused:
        desk.add_coupon(token, f"CODE{MAX_COUPONS}")

    assert refused.value.pointer == "/code"
    assert len(codes(desk, token)) == MAX_COUPONS
    desk.add_coupon(token, "CODE0")


@pytest.mark.parametrize("code", ["", " - ", "A" * 65, "TEN\n1", "TEN\0", "\x7f", "\ud800"])
def test_what_can_be_no_code_is_not_looked_up(desk: CartDesk, token: str, code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        desk.add_coupon(token, code)

    assert not isinstance(refused.value, CouponNotApplicable)
    assert desk.codes.asked == 0


@pytest.mark.parametrize("code", ["OTHER", "", "A" * 200, "\0"])
def test_only_a_code_in_the_cart_can_be_removed(desk: CartDesk, token: str, code: str) -> None:
    desk.issue("TEN")
    desk.issue("OTHER")
    desk.add_coupon(token, "TEN")

    with pytest.raises(NotFound):
        desk.remove_coupon(token, code)

    assert codes(desk, token) == [("TEN", True, None)]


def test_a_version_that_is_not_the_newest_is_refused(desk: CartDesk, token: str) -> None:
    desk.issue("TEN")
    old = desk.show(token).etag
    desk.add(token=token)

    with pytest.raises(StaleVersion):
        desk.add_coupon(token, "TEN", if_match=old)

    assert codes(desk, token) == []
