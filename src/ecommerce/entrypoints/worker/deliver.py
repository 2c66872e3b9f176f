"""Delivers one event to all who subscribed to its kind."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from dishka import AsyncContainer

from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.outgoing import BegunEvent, OutgoingEvents
from ecommerce.application.shared.ports import Clock
from ecommerce.domain.shared.kernel import DomainError
from ecommerce.entrypoints.worker.delivery import Delivery, Subscription
from ecommerce.entrypoints.worker.patience import Patience

log = structlog.get_logger()
SYSTEM = Actor.system("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBounds:
    """In seconds. A subscriber is cut off well before the lease ends, so that no two run at once."""

    lease: float = 60.0
    subscriber_timeout: float = 30.0
    patience: Patience = field(default_factory=Patience)


def by_kind(subscriptions: Iterable[Subscription]) -> Mapping[str, Sequence[Subscription]]:
    """Raises `ValueError` where two subscriptions of a kind have one name."""
    found: defaultdict[str, list[Subscription]] = defaultdict(list)
    for each in subscriptions:
        if any(each.name == other.name for other in found[each.kind]):
            raise ValueError(f"two subscriptions to {each.kind} are named {each.name}")
        found[each.kind].append(each)
    return dict(found)


class DeliverEvent:
    """At least once to each subscriber, and by one worker at a time.

    `begin` is one conditional UPDATE that takes the event for the length of the lease: of two workers, or of
    a job and its duplicate, only one gets it. No lock or connection is held while subscribers run.
    """

    def __init__(
        self,
        container: AsyncContainer,
        events: OutgoingEvents,
        clock: Clock,
        subscriptions: Mapping[str, Sequence[Subscription]],
        bounds: DeliveryBounds,
    ) -> None:
        self._container = container
        self._events = events
        self._clock = clock
        self._subscriptions = subscriptions
        self._bounds = bounds

    async def __call__(self, event_id: int) -> None:
        event = await self._events.begin(event_id, self._bounds.lease)
        if event is None:
            return
        with structlog.contextvars.bound_contextvars(
            request_id=event.request_id or f"event-{event.id}", event_id=event.id, event_kind=event.kind
        ):
            handled = set(event.handled)
            if event.deaths >= self._bounds.patience.max_deaths:
                await self._events.park(event, handled, f"{event.deaths} workers died of it, or lost it")
                log.error("worker.event_parked", attempts=event.attempt, deaths=event.deaths)
                return
            try:
                await self._deliver(event, handled)
            except asyncio.CancelledError:
                await self._give_back(event, handled)
                raise

    async def _deliver(self, event: BegunEvent, handled: set[str]) -> None:
        wanting = [each for each in self._subscriptions.get(event.kind, ()) if each.name not in event.handled]
        failures: dict[str, Exception] = {}
        for position, each in enumerate(wanting):
            if position and not await self._events.progress(event, handled, self._bounds.lease):
                log.warning("worker.lease_lost")
                return
            failure = await self._tell(each, event)
            if failure is None:
                handled.add(each.name)
            else:
                failures[each.name] = failure
        if failures:
            await self._put_off(event, handled, failures)
        else:
            await self._events.finish(event, handled)

    async def _tell(self, subscription: Subscription, event: BegunEvent) -> Exception | None:
        delivery = Delivery(
            sequence=event.id,
            kind=event.kind,
            aggregate_id=event.aggregate_id,
            payload=event.payload,
            occurred_at=event.occurred_at,
            request_id=event.request_id,
        )
        try:
            async with (
                asyncio.timeout(self._bounds.subscriber_timeout),
                self._container({Call: Call(actor=SYSTEM)}) as scope,
            ):
                await subscription.subscriber(scope, delivery)
        except DomainError as error:
            log.warning(
                "worker.subscriber_refused", subscriber=subscription.name, code=error.code, error=str(error)
            )
            return error
        except Exception as error:
            log.exception("worker.subscriber_failed", subscriber=subscription.name)
            return error
        return None

    async def _put_off(self, event: BegunEvent, handled: set[str], failures: Mapping[str, Exception]) -> None:
        said = "; ".join(f"{name}: {type(error).__name__}: {error}" for name, error in failures.items())
        age = self._clock.now() - event.occurred_at
        pause = self._bounds.patience.pause(list(failures.values()), event.attempt, age)
        if pause is None:
            await self._events.park(event, handled, said)
            log.error("worker.event_parked", attempts=event.attempt, subscribers=sorted(failures))
        else:
            await self._events.postpone(event, handled, said, pause)

    async def _give_back(self, event: BegunEvent, handled: set[str]) -> None:
        try:
            await self._events.give_back(event, handled)
        except DomainError as error:  # the lease will end by itself
            log.warning("worker.give_back_failed", error=str(error))
