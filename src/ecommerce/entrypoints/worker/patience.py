"""What becomes of an event that somebody could not handle."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ecommerce.domain.shared.kernel import ConcurrentUpdate, DomainError, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """A bug is tried `max_attempts` times; what is only away, until the event is `give_up_after` old.

    An event that ended its workers `max_deaths` times in a row is not given to another.
    """

    max_attempts: int = 12
    max_deaths: int = 5
    first_pause: float = 2.0
    longest_pause: float = 900.0
    give_up_after: timedelta = timedelta(hours=72)

    def pause(self, failures: Sequence[BaseException], attempt: int, age: timedelta) -> float | None:
        """Seconds until the next attempt, or None to park the event."""
        if all(_is_final(failure) for failure in failures):
            return None
        if any(_is_temporary(failure) for failure in failures):
            if age > self.give_up_after:
                return None
        elif attempt >= self.max_attempts:
            return None
        longest = min(self.longest_pause, self.first_pause * 2.0 ** min(attempt - 1, 30))
        # Half of it is by chance, so that what failed together doesn't come back together.
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  # nobody gains by guessing it


def _is_temporary(failure: BaseException) -> bool:
    return isinstance(failure, Unavailable | ConcurrentUpdate)


def _is_final(failure: BaseException) -> bool:
    """A rule said no: it will say so again."""
    return isinstance(failure, DomainError) and not _is_temporary(failure)
