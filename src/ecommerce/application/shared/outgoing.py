"""Events on their way from the outbox to their subscribers: the ports of the worker."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec


class DueEvent(msgspec.Struct, frozen=True):
    id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunEvent:
    """An event that is ours to deliver until its lease ends. `attempt` tells this attempt from any other.

    `deaths` counts the attempts before this one, without a break, of which nobody told the end.
    """

    id: int
    attempt: int
    kind: str
    aggregate_id: UUID
    payload: dict[str, Any]
    occurred_at: datetime
    request_id: str | None
    deaths: int = 0
    handled: frozenset[str] = field(default_factory=frozenset)


class OutgoingEvents(Protocol):
    """The reading side of the outbox. Every method is one short statement; all times are the database's.

    An event comes up (`claim`), is delivered by one worker at a time (`begin`), and is done, comes up again
    later, or is parked. Whatever a worker leaves behind when it dies comes up again when its lease ends.
    `handled` is everyone who handled the event, this time and before.
    """

    async def claim(self, limit: int, lease: float) -> Sequence[DueEvent]:
        """Take events that are due; they come up again in `lease` seconds unless their delivery began."""
        ...

    async def begin(self, event_id: int, lease: float) -> BegunEvent | None:
        """Count an attempt and hold the event for `lease` seconds. None: it's done, parked or held."""
        ...

    async def progress(self, event: BegunEvent, handled: Collection[str], lease: float) -> bool:
        """Keep who handled it and hold it for another `lease`. False: the lease had ended, another has it."""
        ...

    async def finish(self, event: BegunEvent, handled: Collection[str]) -> None:
        """All subscribers handled it."""
        ...

    async def postpone(
        self, event: BegunEvent, handled: Collection[str], error: str, seconds: float
    ) -> None: ...

    async def park(self, event: BegunEvent, handled: Collection[str], error: str) -> None:
        """A dead letter: kept, and not tried again until somebody says so."""
        ...

    async def give_back(self, event: BegunEvent, handled: Collection[str]) -> None:
        """The worker stops: the attempt doesn't count, and the event is due at once."""
        ...

    async def finish_unheard(self, event_ids: Sequence[int]) -> None:
        """Nobody subscribed to these."""
        ...


class Bell(Protocol):
    """Tells that events may be due, sooner than polling would."""

    async def listen(self, ring: Callable[[], None]) -> None:
        """Call `ring` after commits that left events; survives every loss of connection; never returns."""
        ...


class DeliveryQueue(Protocol):
    """Spreads deliveries over all workers. It may lose what it holds: the outbox is the truth."""

    async def put(self, event_ids: Sequence[int]) -> Sequence[int]:
        """Ask for the events' delivery. Returns those it did not take, since it holds them already.

        Raises `Unavailable` when it doesn't answer in time; some may have been taken nevertheless.
        """
        ...

    async def waiting(self) -> int:
        """How many deliveries nobody has begun. Raises `Unavailable`."""
        ...


class ParkedEvent(msgspec.Struct, frozen=True):
    id: int
    kind: str
    aggregate_id: UUID
    attempts: int
    handled: list[str]
    last_error: str | None
    occurred_at: datetime
    parked_at: datetime


class OutboxStanding(msgspec.Struct, frozen=True):
    """`due` are those of the waiting that could be delivered now; ages are in seconds."""

    waiting: int
    due: int
    running: int
    failing: int
    parked: int
    done_last_day: int
    oldest_waiting_seconds: float | None


class OutboxCare(Protocol):
    """For operators."""

    async def standing(self) -> OutboxStanding: ...

    async def parked(self, limit: int = 100) -> Sequence[ParkedEvent]:
        """The newest first."""
        ...

    async def replay(self, event_ids: Sequence[int] | None = None) -> Sequence[int]:
        """Make parked events due again, all or some; returns which. Who handled one isn't told again."""
        ...


class Retention(Protocol):
    """Forgets what has served: see the adapter for how long each kind is kept."""

    async def sweep(self) -> dict[str, int]:
        """Delete in small batches; returns how many rows of which table."""
        ...
