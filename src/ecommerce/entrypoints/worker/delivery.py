"""An event of the outbox on its way to those who asked for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dishka import AsyncContainer


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`sequence` grows with every event of an aggregate. The same delivery may come again, late or early."""

    sequence: int
    kind: str
    aggregate_id: UUID
    payload: dict[str, Any]
    occurred_at: datetime
    request_id: str | None


# Called in a fresh request scope of the container. It must be safe to call twice with the same delivery.
Subscriber = Callable[[AsyncContainer, Delivery], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`name` is kept with the event once it was handled: never rename it, never use it twice for a kind."""

    kind: str
    name: str
    subscriber: Subscriber
