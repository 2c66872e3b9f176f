"""How long a failure is borne."""

from datetime import timedelta

import pytest

from ecommerce.domain.shared.kernel import ConcurrentUpdate, NotFound, Unavailable
from ecommerce.entrypoints.worker.deliver import by_kind
from ecommerce.entrypoints.worker.delivery import Delivery, Subscription
from ecommerce.entrypoints.worker.patience import Patience

BUG, AWAY, RACE, NO = KeyError("x"), Unavailable("x"), ConcurrentUpdate("x"), NotFound("x")
HOUR = timedelta(hours=1)


def test_pauses_grow_twofold_up_to_a_bound_and_vary() -> None:
    patience = Patience(first_pause=2, longest_pause=900)
    for attempt in range(1, 12):
        pause = patience.pause([BUG], attempt, HOUR)
        longest = min(900, 2**attempt)
        assert pause is not None
        assert longest / 2 <= pause <= longest
    assert len({patience.pause([BUG], 5, HOUR) for _ in range(20)}) > 1


def test_a_bug_is_parked_after_twelve_attempts() -> None:
    assert Patience().pause([BUG], 11, HOUR) is not None
    assert Patience().pause([BUG], 12, HOUR) is None


@pytest.mark.parametrize("failure", [AWAY, RACE])
def test_what_is_temporary_is_tried_for_days(failure: Exception) -> None:
    assert Patience().pause([failure], 500, timedelta(hours=71)) is not None
    assert Patience().pause([failure, BUG], 500, timedelta(hours=71)) is not None
    assert Patience().pause([failure], 1, timedelta(hours=73)) is None


def test_a_rule_that_said_no_is_not_asked_again_unless_for_the_sake_of_another() -> None:
    assert Patience().pause([NO], 1, HOUR) is None
    assert Patience().pause([NO, AWAY], 1, HOUR) is not None


def test_a_name_stands_for_one_subscription_of_a_kind() -> None:
    async def hear(_: object, __: Delivery) -> None: ...

    twice = [Subscription("A", "n", hear), Subscription("A", "n", hear)]
    with pytest.raises(ValueError, match="named n"):
        by_kind(twice)
    assert set(by_kind([Subscription("A", "n", hear), Subscription("B", "n", hear)])) == {"A", "B"}
