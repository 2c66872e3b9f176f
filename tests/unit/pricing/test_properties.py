"""What holds for any cart under any promotions."""

from dataclasses import replace
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce.domain.pricing.engine import price, price_goods
from ecommerce.domain.pricing.promotion import Level, Percentage, Promotion
from ecommerce.domain.pricing.snapshot import Candidate, Line, Shipping, Snapshot, TaxRate
from tests.unit.pricing.carts import CURRENCIES, EXAMPLES, TAXES, shipping, snapshot, snapshots
from tests.unit.pricing.sums import assert_sound

randoms = st.randoms(use_true_random=False)
often = settings(max_examples=2 * EXAMPLES, deadline=None)
seldom = settings(max_examples=EXAMPLES, deadline=None)
rarely = settings(max_examples=EXAMPLES // 2, deadline=None)


@often
@given(snapshots)
def test_parts_sum_to_wholes_and_nothing_is_negative(given: Snapshot) -> None:
    assert_sound(given, price(given))


def test_so_it_is_for_thousands_of_larger_carts() -> None:
    for seed in range(10 * EXAMPLES):
        made = snapshot(Random(seed), most_lines=12, most_promotions=20)
        assert_sound(made, price(made))


@rarely
@given(randoms)
def test_the_order_of_lines_and_candidates_changes_nothing_nor_do_1_and_1_and_1_for_3(random: Random) -> None:
    first = snapshot(random)
    lines: list[Line] = []
    for line in first.lines:
        some = random.randint(0, line.quantity - 1)
        lines += [replace(line, quantity=each) for each in (some, line.quantity - some) if each]
    candidates = list(first.candidates)
    random.shuffle(lines)
    random.shuffle(candidates)

    again = replace(first, lines=tuple(lines), candidates=tuple(candidates)).canonical()

    assert again == first
    assert price(again) == price(first)


@seldom
@given(snapshots)
def test_what_an_order_keeps_costs_the_same_in_every_number(given: Snapshot) -> None:
    full = price(given)

    kept = given.essential(full)

    result = price(kept)
    whole = {each.promotion.id: each for each in full.considered}
    assert replace(result, considered=()) == replace(full, considered=())
    assert all(each == whole[each.promotion.id] for each in result.considered)
    assert {each.promotion.id for each in full.considered if each.applied} <= {
        each.promotion.id for each in kept.candidates
    }
    assert kept.essential(result) == kept


@rarely
@given(randoms)
def test_trying_a_shipping_option_costs_what_choosing_it_costs(random: Random) -> None:
    made = snapshot(random)
    goods = price_goods(made)
    options: list[Shipping | None] = [shipping(random) for _ in range(3)]
    for option in (*options, None, made.shipping):
        chosen = price(replace(made, shipping=option))
        assert goods.ship(option) == chosen
        assert option is None or goods.shipping_price(option) == chosen.shipping
        assert goods.worth == chosen.subtotal - chosen.discount


@rarely
@given(snapshots)
def test_decimals_need_no_special_case(given: Snapshot) -> None:
    """A currency is a name: what counts is minor units."""
    everywhere = tuple(
        each
        for each in given.candidates
        if all(each.promotion.has_currency(currency) for currency in CURRENCIES)
    )
    results = [price(replace(given, currency=currency, candidates=everywhere)) for currency in CURRENCIES]

    assert results[0] == results[1] == results[2]


@rarely
@given(
    st.lists(st.integers(1, 990_000), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(10**6, 10**9), st.integers(1, 10_000)), min_size=1, max_size=5),
)
def test_percentages_multiply_on_what_remains(rates: list[int], wanted: list[tuple[int, int]]) -> None:
    """40 % and 70 % leave 18 %, to half a minor unit for each rounding; they never make goods free."""
    candidates = tuple(
        Candidate(Promotion(id=str(number), name="", benefit=Percentage(ppm=ppm, level=Level(number % 2))))
        for number, ppm in enumerate(rates)
    )
    lines = tuple(Line(f"{number:02}", *each) for number, each in enumerate(wanted))

    result = price(Snapshot("USD", False, lines, candidates=candidates).canonical())

    exact = Fraction(result.subtotal)
    for ppm in rates:
        exact *= 1 - Fraction(ppm, 1_000_000)
    assert 2 * abs(result.total - exact) <= len(rates)
    assert result.total > 0 or 2 * exact <= len(rates)


@seldom
@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10_000)), min_size=1, max_size=6),
    st.integers(1, 1_000_000),
    st.sampled_from(("line", "order")),
)
def test_prices_made_from_net_and_tax_hold_the_same_tax(
    wanted: list[tuple[int, int]], ppm: int, rounding: str
) -> None:
    rates = (TaxRate("VAT", ppm),)
    net = Snapshot("EUR", False, tuple(Line(f"{n:02}", *each, taxes=rates) for n, each in enumerate(wanted)))
    net = replace(net, rounding="line" if rounding == "line" else "order")
    on_top = price(net)
    gross = [
        Line(line.key, total.total + total.tax, 1, taxes=rates)
        for line, total in zip(net.lines, on_top.lines, strict=True)
    ]

    inside = price(replace(net, tax_included=True, lines=tuple(gross)))

    assert (inside.tax, inside.total) == (on_top.tax, on_top.total)
    if rounding == "line":
        assert [line.tax for line in inside.lines] == [line.tax for line in on_top.lines]


@seldom
@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(TAXES)), min_size=1, max_size=8))
def test_rounded_an_order_each_rate_is_rounded_once(wanted: list[tuple[int, tuple[TaxRate, ...]]]) -> None:
    lines = tuple(Line(f"{n:02}", amount, 1, taxes=rates) for n, (amount, rates) in enumerate(wanted))

    result = price(Snapshot("USD", False, lines, rounding="order"))

    exact: dict[TaxRate, Fraction] = {}
    for amount, rates in wanted:
        before = Fraction(amount)
        for rate in rates:
            owed = (before if rate.compound else Fraction(amount)) * rate.ppm / 1_000_000
            before += owed
            exact[rate] = exact.get(rate, Fraction(0)) + owed
    for rate, owed in exact.items():
        parts = [tax.amount for line in result.lines for tax in line.taxes if tax.rate == rate]
        assert sum(parts) == (2 * owed + 1) // 2


@rarely
@given(randoms)
def test_the_best_of_a_group_applies(random: Random) -> None:
    made = snapshot(random, most_promotions=5)
    rivals = tuple(
        replace(each, promotion=replace(each.promotion, group="g"))
        for each in made.candidates
        if each.promotion.level is Level.LINE
    )
    alone = [price(replace(made, candidates=(each,))).discount for each in rivals]

    result = price(replace(made, candidates=rivals))

    assert result.discount == max(alone, default=0)
