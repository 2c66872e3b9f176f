from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.pricing.engine import Line, Shipping, Snapshot, TaxRate, price

rates = st.lists(
    st.builds(TaxRate, st.text(min_size=1, max_size=5), st.integers(0, 400_000)), max_size=3
).map(tuple)
lines = st.builds(Line, st.integers(0, 10**7), st.integers(1, 999), rates, st.integers(0, 10**10))
snapshots = st.builds(
    Snapshot,
    st.just("USD"),
    st.booleans(),
    st.lists(lines, min_size=1, max_size=8).map(tuple),
    st.none() | st.builds(Shipping, st.integers(0, 10**5), rates),
)


@given(snapshots)
def test_the_sums_always_add_up_and_nothing_is_negative(snapshot: Snapshot) -> None:
    result = price(snapshot)

    on_top = 0 if snapshot.tax_included else result.tax
    assert result.total == result.subtotal - result.discount + result.shipping + on_top
    assert sum(line.total for line in result.lines) == result.subtotal - result.discount
    assert min(result.total, result.tax, result.discount, result.shipping) >= 0
    assert all(line.total >= 0 and line.tax >= 0 for line in result.lines)
    assert result.tax == sum(line.tax for line in result.lines) + sum(t.amount for t in result.shipping_taxes)
    if snapshot.tax_included:
        assert result.tax <= result.total


@given(snapshots, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_sum(snapshot: Snapshot, random: Random) -> None:
    shuffled = list(snapshot.lines)
    random.shuffle(shuffled)
    again = price(Snapshot(snapshot.currency, snapshot.tax_included, tuple(shuffled), snapshot.shipping))
    first = price(snapshot)

    assert (again.total, again.tax, again.discount) == (first.total, first.tax, first.discount)


def test_tax_on_top_is_rounded_half_up_line_by_line() -> None:
    tax = (TaxRate("VAT", 75_000),)
    result = price(Snapshot("USD", False, (Line(110, 1, tax), Line(110, 1, tax))))

    assert [line.tax for line in result.lines] == [8, 8]  # 8.25 each, not 16.5 in all
    assert result.total == 236


def test_tax_inside_stays_inside() -> None:
    result = price(Snapshot("EUR", True, (Line(11_900, 1, (TaxRate("MwSt", 190_000),)),)))

    assert (result.tax, result.total) == (1_900, 11_900)


def test_tax_is_worked_out_on_what_is_paid() -> None:
    result = price(Snapshot("USD", False, (Line(10_000, 2, (TaxRate("Tax", 100_000),), discount=5_000),)))

    assert (result.discount, result.tax, result.total) == (5_000, 1_500, 16_500)
