"""Hands events that are due to the queue, and delivers them itself when the queue can't."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import structlog

from ecommerce.application.shared.outgoing import Bell, DeliveryQueue, OutgoingEvents
from ecommerce.domain.shared.kernel import DomainError, Unavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayBounds:
    """`lease` is how soon an event comes up again that a flushed queue forgot. Times in seconds."""

    batch: int = 100
    poll: float = 1.0
    lease: float = 15.0
    concurrency: int = 10
    most_waiting: int = 500
    longest_break: float = 15.0


class Relay:
    """One in each worker process; they share the work by the rows they skip."""

    def __init__(
        self,
        events: OutgoingEvents,
        bell: Bell,
        queue: DeliveryQueue,
        deliver: Callable[[int], Awaitable[None]],
        kinds: Collection[str],
        bounds: RelayBounds,
    ) -> None:
        self._events = events
        self._bell = bell
        self._queue = queue
        self._deliver = deliver
        self._kinds = frozenset(kinds)
        self._bounds = bounds
        self._rung = asyncio.Event()
        self._stopping = False
        self._here: set[asyncio.Task[None]] = set()
        self._breaker = Breaker(bounds.longest_break)

    def stop(self) -> None:
        """Take nothing more; `run` returns when what was taken is delivered or handed over."""
        self._stopping = True
        self._rung.set()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Until `stop`. `on_ready` is called once, after the first look into the outbox."""
        listening = asyncio.create_task(self._bell.listen(self._rung.set))
        try:
            await self._relay(on_ready)
            if self._here:
                await asyncio.wait(self._here)
        finally:
            leftovers = {listening, *self._here}
            for task in leftovers:
                task.cancel()
            await asyncio.wait(leftovers)

    async def _relay(self, on_ready: Callable[[], None]) -> None:
        ready = False
        while not self._stopping:
            self._rung.clear()
            more = await self._safely_pass_on()
            if more is not None and not ready:
                ready = True
                on_ready()
            if not more and not self._stopping:
                await self._rung_or_time_to_look()

    async def _rung_or_time_to_look(self) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), self._bounds.poll)
        except TimeoutError:
            return

    async def _safely_pass_on(self) -> bool | None:
        """Whether there is more to do at once; None when it went wrong. A relay never dies."""
        try:
            return await self._pass_on()
        except DomainError as error:
            log.warning("relay.pass_failed", error=str(error))
        except Exception:
            log.exception("relay.pass_failed")
        return None

    async def _pass_on(self) -> bool:
        limit = self._bounds.batch
        if self._breaker.open:
            limit = await self._free_places()
        due = await self._events.claim(limit, self._bounds.lease)
        unheard = [event.id for event in due if event.kind not in self._kinds]
        heard = [event.id for event in due if event.kind in self._kinds]
        if heard:
            await self._hand_over(heard)
        if unheard:
            await self._events.finish_unheard(unheard)
        return len(due) == limit

    async def _hand_over(self, event_ids: Sequence[int]) -> None:
        for event_id in await self._refused(event_ids):
            await self._free_places()
            task = asyncio.create_task(self._deliver_here(event_id))
            self._here.add(task)
            task.add_done_callback(self._here.discard)

    async def _refused(self, event_ids: Sequence[int]) -> Sequence[int]:
        """What the queue did not take.

        An event that it holds already is delivered here, too, since the worker that had it may be dead;
        of the two deliveries the second finds nothing to begin.
        """
        if self._breaker.open:
            return event_ids
        try:
            refused = await self._queue.put(event_ids)
            while len(event_ids) == self._bounds.batch and not self._stopping:
                if await self._queue.waiting() < self._bounds.most_waiting:
                    break
                await asyncio.sleep(0.02)
        except Unavailable as error:
            self._breaker.trip(str(error))
            return event_ids
        self._breaker.close()
        return refused

    async def _free_places(self) -> int:
        while len(self._here) >= self._bounds.concurrency:
            await asyncio.wait(self._here, return_when=asyncio.FIRST_COMPLETED)
        return self._bounds.concurrency - len(self._here)

    async def _deliver_here(self, event_id: int) -> None:
        try:
            await self._deliver(event_id)
        except DomainError as error:  # the database is away: the lease will end
            log.warning("relay.delivery_failed", event_id=event_id, error=str(error))
        except Exception:
            log.exception("relay.delivery_failed", event_id=event_id)


class Breaker:
    """After a failure the queue is left alone for a while, each time longer."""

    def __init__(self, longest: float, first: float = 1.0) -> None:
        self._longest = longest
        self._first = first
        self._pause = 0.0
        self._until = 0.0

    @property
    def open(self) -> bool:
        return asyncio.get_running_loop().time() < self._until

    def trip(self, why: str) -> None:
        if not self._pause:
            log.warning("relay.queue_away", error=why)
        self._pause = min(self._longest, self._pause * 2 or self._first)
        self._until = asyncio.get_running_loop().time() + self._pause

    def close(self) -> None:
        if self._pause:
            log.info("relay.queue_back")
        self._pause = self._until = 0.0
