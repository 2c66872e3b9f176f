"""Faults that a test may inject, and which of them strike what.

A fault strikes requests (by `path` and `method`), mail (`path` "/smtp") or the delivery of events
(by `event`). Faults outlive a restart, as the state that they are tested with does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ecommerce.adapters.sandbox.state.database import Database

SETTING = "faults"
# Mail is struck only by faults that name it, and its recipients only by those that name them.
SMTP_PATH = "/smtp"
SMTP_CONTENT = "/smtp/data"
SMTP_RECIPIENT = "/smtp/rcpt"
ON_EVENTS_ONLY = frozenset({"duplicate", "reorder", "withhold"})
ON_REQUESTS_ONLY = frozenset({"status", "refuse", "drop_reply"})
LONGEST_DELAY = 3600
MOST_COPIES = 1000


class InvalidFault(Exception):
    """A fault that could never strike or makes no sense."""


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a fault strikes: `path` and `event` by prefix; without any, every request or every event."""

    method: str | None = None
    path: str | None = None
    event: str | None = None


class Fault(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`times` counts down to its end; without it the fault stays until it is healed."""

    match: Match = msgspec.field(default_factory=Match)
    do: Literal["delay", "status", "refuse", "drop_reply", "duplicate", "reorder", "withhold"]
    value: float | None = None
    times: int | None = None

    def check(self) -> None:
        """Raises `InvalidFault`."""
        about_requests = self.match.path is not None or self.match.method is not None
        if about_requests and (self.match.event is not None or self.do in ON_EVENTS_ONLY):
            raise InvalidFault(f"{self.do}: an event's fault can't match a path or a method.")
        if self.match.event is not None and self.do in ON_REQUESTS_ONLY:
            raise InvalidFault(f"{self.do} strikes requests, not events.")
        if self.times is not None and self.times < 1:
            raise InvalidFault("times must be at least 1.")
        if self.do == "delay" and not 0 <= (-1 if self.value is None else self.value) <= LONGEST_DELAY:
            raise InvalidFault(f"delay needs a value in seconds, at most {LONGEST_DELAY}.")
        if self.do == "status" and self.value not in range(400, 600):
            raise InvalidFault("status needs a value from 400 to 599.")
        if self.do in ("duplicate", "reorder") and self.value not in (None, *range(1, MOST_COPIES + 1)):
            raise InvalidFault(f"{self.do} takes a whole value from 1 to {MOST_COPIES}.")


@dataclass(slots=True)
class RequestFaults:
    """What is to be done to one request or one mail."""

    delay: float = 0.0
    status: int | None = None
    refuse: bool = False
    drop_reply: bool = False


@dataclass(slots=True)
class EventFaults:
    """What is to be done to the delivery of one event."""

    delay: float = 0.0
    copies: int = 0
    passes: int = 0
    withhold: bool = False


class Faults:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._faults: list[Fault] = []
        self._counted = False
        self.reload()

    def reload(self) -> None:
        stored = self._database.setting(SETTING)
        self._faults = msgspec.json.decode(stored, type=list[Fault]) if stored else []

    def add(self, body: bytes) -> None:
        """Raises `InvalidFault` without adding any of them."""
        try:
            given = msgspec.json.decode(body, type=list[Fault])
        except msgspec.DecodeError as error:
            raise InvalidFault(str(error)) from error
        for fault in given:
            fault.check()
        self._faults = [*self._faults, *given]
        self._store()

    def clear(self) -> None:
        self._faults = []
        self._store()

    def shown(self) -> list[Any]:
        shown: list[Any] = msgspec.to_builtins(self._faults)
        return shown

    def for_request(self, method: str, path: str) -> RequestFaults:
        """Faults that strike a request; each is used up by one."""
        return self._strike(
            fault
            for fault in self._faults
            if (fault.match.method is None or fault.match.method.upper() == method)
            and path.startswith(fault.match.path or "/")
        )

    def for_mail(self, path: str) -> RequestFaults:
        """Faults that strike one step of a mail."""
        least = SMTP_RECIPIENT if path == SMTP_RECIPIENT else SMTP_PATH
        named = (fault for fault in self._faults if (fault.match.path or "").startswith(least))
        return self._strike(fault for fault in named if path.startswith(fault.match.path or ""))

    def _strike(self, matching: Iterable[Fault]) -> RequestFaults:
        """Delays add up; the first of anything else ends it."""
        found = RequestFaults()
        for fault in matching:
            if fault.match.event is not None or fault.do in ON_EVENTS_ONLY:
                continue
            self._use(fault)
            if fault.do == "delay":
                found.delay += fault.value or 0.0
                continue
            found.status = int(fault.value) if fault.do == "status" and fault.value else None
            found.refuse = fault.do == "refuse"
            found.drop_reply = fault.do == "drop_reply"
            break
        self._sweep()
        return found

    def refuses_mail(self) -> bool:
        """Whether a connection to the mail server is to be cut before a word is said."""
        for fault in self._faults:
            if fault.do == "refuse" and fault.match.path == SMTP_PATH:
                self._use(fault)
                self._sweep()
                return True
        return False

    def for_event(self, kind: str) -> EventFaults:
        found = EventFaults()
        for fault in self._faults:
            match = fault.match
            if fault.do in ON_REQUESTS_ONLY or match.path is not None or match.method is not None:
                continue
            if match.event is None and fault.do == "delay":
                continue  # a delay that names nothing is meant for requests
            if not kind.startswith(match.event or ""):
                continue
            self._use(fault)
            found.delay += fault.value or 0.0 if fault.do == "delay" else 0.0
            found.copies += int(fault.value or 1) if fault.do == "duplicate" else 0
            found.passes += int(fault.value or 1) if fault.do == "reorder" else 0
            found.withhold = found.withhold or fault.do == "withhold"
        self._sweep()
        return found

    def _use(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            self._counted = True

    def _sweep(self) -> None:
        """Drop what is used up; what counts down is stored, so that it goes on after a restart."""
        if self._counted:
            self._counted = False
            self._faults = [fault for fault in self._faults if fault.times != 0]
            self._store()

    def _store(self) -> None:
        self._database.set(SETTING, msgspec.json.encode(self._faults).decode())
