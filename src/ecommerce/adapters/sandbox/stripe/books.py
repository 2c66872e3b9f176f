"""Everything the sandbox's Stripe knows, and the one way to change it."""

from dataclasses import dataclass
from typing import Any, Protocol

from ecommerce.adapters.sandbox.state.clock import Clock
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.state.objects import Objects, StripeObject
from ecommerce.adapters.sandbox.stripe.objects.events import new_event
from ecommerce.adapters.sandbox.stripe.wire.errors import no_such


class EventSink(Protocol):
    def audience(self, kind: str) -> list[str]:
        """Ids of the webhook endpoints that want events of this kind."""
        ...

    def file(self, event_id: str, kind: str, endpoints: list[str]) -> None:
        """Queue an event for delivery, in the transaction that made it true."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """The call that causes events; both are None for what time alone brings about."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Books:
    """Only to be used inside a transaction of the database."""

    def __init__(self, database: Database, clock: Clock, sink: EventSink) -> None:
        self.objects = Objects(database)
        self.origin = Origin()
        self.base_url = ""
        self._database = database
        self._clock = clock
        self._sink = sink

    def now(self) -> int:
        return int(self._clock.now())

    def get(self, kind: str, object_id: str, param: str = "id") -> StripeObject:
        """Raises `StripeError` 404 for what isn't there or is of another kind."""
        thing = self.objects.find(object_id)
        if thing is None or thing["object"] != kind:
            raise no_such(kind, object_id, param)
        return thing

    def insert(self, thing: StripeObject) -> None:
        self.objects.insert(thing)

    def update(self, thing: StripeObject) -> None:
        self.objects.update(thing)

    def emit(self, kind: str, thing: StripeObject, previous: dict[str, Any] | None = None) -> None:
        endpoints = self._sink.audience(kind)
        event = new_event(
            self.now(),
            kind,
            thing,
            previous=previous,
            request_id=self.origin.request_id,
            idempotency_key=self.origin.idempotency_key,
            pending_webhooks=len(endpoints),
        )
        self.objects.insert(event)
        self._sink.file(event["id"], kind, endpoints)

    def schedule(self, at: int, task: str, object_id: str) -> None:
        """Have `task` done to the object when the sandbox's clock reaches `at`."""
        self._database.execute(
            "INSERT INTO due (at, task, object_id) VALUES (?, ?, ?)", (at, task, object_id)
        )
