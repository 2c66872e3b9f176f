"""Which price a unit has: the base price, or that of a price list."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.pricing.price_list import Entry, PriceList, unit_price
from ecommerce.domain.pricing.window import ALWAYS, Window

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BASE = 1_000
EVERYBODY: frozenset[str] = frozenset()
TRADE = frozenset({"trade"})


def price_list(
    name: str = "sale",
    priority: int = 0,
    *,
    currency: str = "USD",
    groups: frozenset[str] = EVERYBODY,
    window: Window = ALWAYS,
) -> PriceList:
    return PriceList(id=name, currency=currency, customer_groups=groups, window=window, priority=priority)


def price(
    entries: list[Entry],
    *lists: PriceList,
    quantity: int = 1,
    groups: frozenset[str] = EVERYBODY,
    at: datetime = NOON,
) -> int:
    return unit_price(BASE, entries, {each.id: each for each in lists}, quantity, "USD", groups, at)


def test_without_a_list_the_base_price_counts() -> None:
    assert price([]) == BASE
    assert price([Entry("gone", 1, 1)], price_list()) == BASE


def test_a_list_may_ask_for_more_or_for_nothing() -> None:
    assert price([Entry("sale", 1, 1_500)], price_list()) == 1_500
    assert price([Entry("sale", 1, 0)], price_list()) == 0


def test_the_entry_for_the_most_units_counts() -> None:
    breaks = [Entry("sale", 1, 900), Entry("sale", 10, 700), Entry("sale", 5, 800)]

    assert [price(breaks, price_list(), quantity=n) for n in (1, 4, 5, 9, 10, 999)] == [
        *(900, 900),
        *(800, 800),
        *(700, 700),
    ]


def test_below_the_first_break_the_base_price_counts() -> None:
    assert price([Entry("sale", 5, 800)], price_list(), quantity=4) == BASE


def test_the_highest_priority_counts_though_it_costs_more() -> None:
    entries = [Entry("sale", 1, 500), Entry("contract", 1, 950)]

    assert price(entries, price_list(), price_list("contract", 1)) == 950


def test_a_list_of_high_priority_without_an_entry_leaves_the_others_alone() -> None:
    entries = [Entry("sale", 1, 500), Entry("contract", 10, 950)]

    assert price(entries, price_list(), price_list("contract", 1), quantity=9) == 500


def test_of_equal_lists_the_lower_price_counts_whatever_its_break() -> None:
    entries = [Entry("sale", 1, 900), Entry("bulk", 10, 950)]

    assert price(entries, price_list(), price_list("bulk"), quantity=10) == 900


@pytest.mark.parametrize(("groups", "expected"), [(EVERYBODY, BASE), (TRADE, 800), (TRADE | {"staff"}, 800)])
def test_a_list_for_groups_is_for_their_members(groups: frozenset[str], expected: int) -> None:
    wanted = price_list(groups=frozenset({"trade", "school"}))

    assert price([Entry("sale", 1, 800)], wanted, groups=groups) == expected


def test_a_list_of_another_currency_does_not_count() -> None:
    assert price([Entry("sale", 1, 800)], price_list(currency="EUR")) == BASE


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - SECOND, BASE),
        (NOON, 800),
        (NOON + timedelta(hours=1) - SECOND, 800),
        (NOON + timedelta(hours=1), BASE),
    ],
)
def test_a_window_holds_from_its_start_up_to_but_not_including_its_end(at: datetime, expected: int) -> None:
    hour = price_list(window=Window(NOON, NOON + timedelta(hours=1)))

    assert price([Entry("sale", 1, 800)], hour, at=at) == expected


NAMES = ("a", "b", "c", "gone")
entries_of = st.lists(
    st.builds(Entry, st.sampled_from(NAMES), st.integers(1, 20), st.integers(0, 2_000)), max_size=20
)
windows = st.builds(
    lambda start, length: Window(NOON + start * SECOND, NOON + (start + length) * SECOND),
    st.integers(-3, 3),
    st.integers(0, 6),
)
lists_of = st.tuples(
    *(
        st.builds(
            PriceList,
            id=st.just(name),
            currency=st.sampled_from(("USD", "USD", "EUR")),
            customer_groups=st.sampled_from((EVERYBODY, TRADE)),
            window=windows | st.just(ALWAYS),
            priority=st.integers(-1, 1),
        )
        for name in NAMES[:3]
    )
)
groups_of = st.sampled_from((EVERYBODY, TRADE))


@given(entries_of, lists_of, st.integers(1, 25), groups_of, st.randoms(use_true_random=False))
def test_the_order_of_entries_and_lists_never_matters(
    entries: list[Entry],
    lists: tuple[PriceList, ...],
    quantity: int,
    groups: frozenset[str],
    random: Random,
) -> None:
    expected = price(entries, *lists, quantity=quantity, groups=groups)
    random.shuffle(entries)
    shuffled = random.sample(lists, len(lists))

    assert price(entries, *shuffled, quantity=quantity, groups=groups) == expected


@given(entries_of, lists_of, st.integers(1, 25), groups_of)
def test_the_price_is_the_base_price_or_an_entry_that_may_be_had(
    entries: list[Entry], lists: tuple[PriceList, ...], quantity: int, groups: frozenset[str]
) -> None:
    open_lists = {each.id: each for each in lists if each.applies("USD", groups, NOON)}
    had = [e for e in entries if e.price_list_id in open_lists and e.min_quantity <= quantity]
    asked = price(entries, *lists, quantity=quantity, groups=groups)

    if not had:
        assert asked == BASE
        return
    highest = max(open_lists[each.price_list_id].priority for each in had)
    # No list of that priority that reaches the quantity has a cheaper entry for its most units.
    final = []
    for name in {e.price_list_id for e in had if open_lists[e.price_list_id].priority == highest}:
        most = max(e.min_quantity for e in had if e.price_list_id == name)
        final += [e.amount for e in had if e.price_list_id == name and e.min_quantity == most]
    assert asked == min(final)


@given(st.dictionaries(st.integers(1, 20), st.integers(0, 2_000)))
def test_the_breaks_in_use_grow_with_the_quantity(by_break: dict[int, int]) -> None:
    entries = [Entry("sale", least, amount) for least, amount in by_break.items()]
    last = 0
    for quantity in range(1, 26):
        least = max((each for each in by_break if each <= quantity), default=0)
        assert price(entries, price_list(), quantity=quantity) == by_break.get(least, BASE)
        assert least >= last
        last = least


@given(entries_of, lists_of, st.integers(1, 25), groups_of)
def test_what_has_no_open_list_changes_nothing(
    entries: list[Entry], lists: tuple[PriceList, ...], quantity: int, groups: frozenset[str]
) -> None:
    closed = [each for each in lists if not each.applies("USD", groups, NOON)]
    asked = price(entries, *lists, quantity=quantity, groups=groups)
    rest = [e for e in entries if e.price_list_id not in {each.id for each in closed}]

    assert price(rest, *lists, quantity=quantity, groups=groups) == asked
