from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.inventory.allocation import Level, allocate
from ecommerce.domain.shared.ids import VariantId, WarehouseId
from ecommerce.domain.shared.kernel import InsufficientStock


def variant(number: int) -> VariantId:
    return VariantId(UUID(int=number))


def warehouse(number: int) -> WarehouseId:
    return WarehouseId(UUID(int=1000 + number))


def level(of: int, at: int, on_hand: int, reserved: int = 0, *, backorderable: bool = False) -> Level:
    return Level(variant(of), warehouse(at), at, on_hand, reserved, backorderable)


def test_the_first_warehouse_that_has_everything_serves_everything() -> None:
    levels = [level(1, 1, 5), level(2, 1, 0), level(1, 2, 5), level(2, 2, 5)]

    result = allocate({variant(1): 2, variant(2): 1}, levels)

    assert {each.warehouse_id for each in result} == {warehouse(2)}


def test_a_demand_that_no_warehouse_has_alone_is_split() -> None:
    result = allocate({variant(1): 7}, [level(1, 1, 5, 1), level(1, 2, 4)])

    assert [(each.warehouse_id, each.quantity) for each in result] == [(warehouse(1), 4), (warehouse(2), 3)]


def test_one_unit_short_is_refused_and_tells_how_many_there_are() -> None:
    with pytest.raises(InsufficientStock) as refused:
        allocate({variant(1): 10}, [level(1, 1, 5), level(1, 2, 4)])

    assert refused.value.data["available"] == 9


def test_what_may_be_sold_before_it_arrives_never_runs_out() -> None:
    result = allocate({variant(1): 10}, [level(1, 1, 3, backorderable=True)])

    assert [(each.warehouse_id, each.quantity) for each in result] == [(warehouse(1), 10)]


levels_of_three = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 20), st.integers(0, 20)),
    unique_by=lambda row: row[:2],
)
demands = st.dictionaries(st.integers(1, 3).map(variant), st.integers(1, 25), min_size=1)


@given(demands, levels_of_three)
def test_an_allocation_is_exact_and_never_more_than_there_is(
    demand: dict[VariantId, int], rows: list[tuple[int, int, int, int]]
) -> None:
    levels = [level(*row) for row in rows]
    room: Counter[VariantId] = Counter()
    for each in levels:
        room[each.variant_id] += each.available
    possible = all(room[of] >= count for of, count in demand.items())
    try:
        result = allocate(demand, levels)
    except InsufficientStock:
        assert not possible
        return
    assert possible
    served: Counter[VariantId] = Counter()
    by_place = {(each.variant_id, each.warehouse_id): each.available for each in levels}
    for taken in result:
        assert 0 < taken.quantity <= by_place[taken.variant_id, taken.warehouse_id]
        served[taken.variant_id] += taken.quantity
    assert served == demand
    assert result == sorted(result, key=lambda each: (each.variant_id, each.warehouse_id))
