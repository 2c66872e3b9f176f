"""What a run makes of what it has counted."""

import pytest
from bench.figures import Cost, Figures, Race, cost_of, layer_costs, ratio, typical
from bench.limits import LIMITS, judge
from bench.processes import Used, since


def test_cost_is_cpu_by_what_was_completed() -> None:
    cost = cost_of(Used(server=0.3, postgres=0.1, behind=0.5), completed=200, rate=100.0)

    assert (cost.server, cost.postgres, cost.behind) == pytest.approx((1.5, 0.5, 2.5))
    assert cost.answer == pytest.approx(2.0)  # what follows an answer is not in it


def test_nothing_done_has_no_cost() -> None:
    with pytest.raises(ValueError, match="nothing"):
        cost_of(Used(server=0.3), completed=0, rate=0.0)


def test_one_noisy_round_does_not_count() -> None:
    rounds = [Cost(1.0, 2.0), Cost(9.0, 2.2), Cost(1.2, 8.0)]

    assert typical(rounds) == Cost(1.2, 2.2)


def test_a_layer_costs_what_is_saved_without_it() -> None:
    hello = {
        "whole": [Cost(0.10, 0), Cost(0.30, 0), Cost(0.12, 0)],
        "without_log": [Cost(0.08, 0), Cost(0.25, 0), Cost(0.09, 0)],
    }

    costs = layer_costs(hello, "whole", {"access log": "without_log"})

    assert costs == {"access log": pytest.approx(0.03)}


def test_rates_are_compared_round_by_round() -> None:
    assert ratio([100, 10, 80], [200, 40, 100]) == pytest.approx(0.5)


def test_processes_that_are_new_count_from_nothing() -> None:
    assert since({1: 5.0, 2: 1.0}, {1: 5.5, 3: 0.25}) == pytest.approx(0.75)


def test_a_race_is_right_only_if_everybody_is_right() -> None:
    assert Race(stock=20, buyers=60, taken=20, refused=40, reserved=20).is_right
    assert not Race(stock=20, buyers=60, taken=21, refused=39, reserved=21).is_right
    assert not Race(stock=20, buyers=60, taken=20, refused=39, reserved=20).is_right


def test_limits_hold_both_ways_and_not_for_what_is_missing() -> None:
    figures = Figures(
        costs={"list": Cost(0.4, 0.2), "detail": Cost(0.3, 0.1)},
        rates={"list": 0.31, "checkout": 0.39},
        memory=120.0,
    )

    kept = {verdict.limit.what: verdict.is_kept for verdict in judge(figures)}

    assert len(kept) == len(LIMITS)
    assert kept["product list, 24 with variants and images, uncached"]
    assert not kept["product detail, uncached"]
    assert kept["list, of pgbench's rate with the same SQL"]
    assert not kept["checkout, of pgbench's rate with the same SQL"]
    assert kept["memory after load"]
    assert not kept["text search, page of 24, uncached"]
