"""What every context shares: the errors a business rule may raise, and the facts it may report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar
from uuid import UUID


class DomainError(Exception):
    """A business rule said no.

    `code` is a stable, public identifier (a page explains it at `/problems/<code>`).
    `data` is told to the caller beside the message: plain JSON values only.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, detail: str, **data: object) -> None:
        super().__init__(detail)
        self.data: Mapping[str, object] = data


class InvalidValue(DomainError):
    """A value that can't be right, whatever the state. `pointer` is a JSON pointer into the caller's body."""

    code = "validation-failed"

    def __init__(self, detail: str, pointer: str = "", **data: object) -> None:
        super().__init__(detail, **data)
        self.pointer = pointer


class Unauthenticated(DomainError):
    code = "unauthenticated"


class Forbidden(DomainError):
    code = "forbidden"


class NotFound(DomainError):
    """Absent, or not the caller's: nobody can tell the two apart."""

    code = "not-found"


class Conflict(DomainError):
    """The state does not allow it."""

    code = "conflict"


class IllegalTransition(Conflict):
    code = "illegal-transition"


class InsufficientStock(Conflict):
    """Not enough of it is left. `data`: `available`, how many could be had."""

    code = "insufficient-stock"


class StaleVersion(Conflict):
    """The caller has changed a version that is no longer the newest (`If-Match`)."""

    code = "precondition-failed"


class ConcurrentUpdate(Conflict):
    """Somebody else changed it first. Doing it again from the start may succeed."""

    code = "concurrent-update"


class Unavailable(DomainError):
    """Something we depend on does not answer. `retry_after` is in seconds."""

    code = "unavailable"

    def __init__(self, detail: str, retry_after: int = 2, **data: object) -> None:
        super().__init__(detail, **data)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact, past tense. Events go to the outbox in the transaction that made them true.

    `aggregate` names the kind of thing it happened to, and `aggregate_id` which one.
    """

    aggregate: ClassVar[str]

    @property
    def aggregate_id(self) -> UUID:
        raise NotImplementedError

    def payload(self) -> dict[str, Any]:
        """The event's own fields, in declaration order; ids and amounts, never personal data."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(slots=True, kw_only=True, eq=False)
class Aggregate:
    """A cluster of objects that changes as one. It files its facts; a repository pulls them."""

    _events: list[Event] = field(default_factory=list, init=False, repr=False)

    def pull_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events
