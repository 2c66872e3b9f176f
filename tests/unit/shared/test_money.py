import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.money import CurrencyMismatch, Money, included_share, share, split

amounts = st.integers(-(10**12), 10**12)


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_the_parts_of_a_split_sum_to_the_whole(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)

    assert sum(parts) == amount
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
    whole = sum(weights)
    assert all(
        abs(part * whole - amount * weight) < whole for part, weight in zip(parts, weights, strict=True)
    )


def test_what_a_split_leaves_over_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(10, [3, 3, 2]) == [4, 4, 2]
    assert split(0, [0, 0]) == [0, 0]
    with pytest.raises(InvalidValue):
        split(1, [0])


@given(st.integers(0, 10**12), st.integers(0, 1_000_000))
def test_tax_inside_a_price_is_the_tax_on_what_is_left_of_it(gross: int, ppm: int) -> None:
    inside = included_share(gross, ppm)

    assert 0 <= inside <= gross
    assert abs(share(gross - inside, ppm) - inside) <= 1


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("12.5", "USD", 1250), ("12", "JPY", 12), ("0.001", "KWD", 1), ("1e2", "EUR", 10_000)],
)
def test_major_units_are_read_by_the_currencys_exponent(text: str, currency: str, amount: int) -> None:
    assert Money.from_decimal(text, currency) == Money(amount, currency)


@pytest.mark.parametrize("text", ["12.345", "abc", "NaN", "inf", "1e30", ""])
def test_an_amount_that_is_not_exact_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        Money.from_decimal(text, "USD")


def test_two_currencies_never_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "EUR")


def test_money_is_shown_with_the_currencys_decimals() -> None:
    assert [str(Money(1234, code)) for code in ("USD", "JPY", "KWD")] == [
        "12.34 USD",
        "1234 JPY",
        "1.234 KWD",
    ]
