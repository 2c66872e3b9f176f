"""SAQ's queue, used so that no job is lost, and so that Redis may go away at any time."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from redis.asyncio import from_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from saq.job import Job
from saq.queue.redis import RedisQueue

from ecommerce.domain.shared.kernel import Unavailable

log = structlog.get_logger()

NAME = "ecommerce"
DELIVER = "deliver_event"
REDIS_FAILURES = (RedisError, OSError, TimeoutError)


class PatientQueue(RedisQueue):
    """A job survives its worker; a consumer survives Redis."""

    def __init__(self, url: str, *, job_timeout: float, pause: float = 1.0) -> None:
        # redis-py would retry for many seconds by itself, while an event waits that can be delivered here.
        client = from_url(
            url,
            retry=Retry(NoBackoff(), 1),
            socket_connect_timeout=1.0,
            socket_timeout=5.0,
            health_check_interval=15,
        )
        super().__init__(client, name=NAME)
        self._job_timeout = max(1, round(job_timeout))
        self._pause = pause
        self._away = False

    async def enqueue(self, job_or_func: str | Job, **kwargs: Any) -> Job | None:
        """With SAQ's own defaults a job whose worker dies is never run again, or stays active for ever."""
        timeout = kwargs.setdefault("timeout", self._job_timeout)
        defaults = {
            "retries": 5,
            "heartbeat": timeout,
            "retry_delay": 1.0,
            "retry_backoff": True,
            "ttl": -1,  # what became of it is known to Postgres
        }
        return await super().enqueue(job_or_func, **defaults | kwargs)

    async def dequeue(self, timeout: float = 0.0, poll_interval: float = 0.0) -> Job | None:  # noqa: ASYNC109
        """While Redis is away SAQ would ask again at once, for ever."""
        try:
            job = await super().dequeue(timeout, poll_interval)
        except REDIS_FAILURES as error:
            if not self._away:
                self._away = True
                log.warning("worker.redis_away", error=str(error))
            await asyncio.sleep(self._pause)
            return None
        if self._away:
            self._away = False
            log.info("worker.redis_back")
        return job

    async def disconnect(self) -> None:
        """SAQ says goodbye to Redis first, and would leave connections behind where that is away."""
        try:
            await super().disconnect()
        except REDIS_FAILURES as error:
            log.info("worker.redis_left", error=str(error))
            await self.redis.aclose()
            await self.redis.connection_pool.disconnect()


class SaqDeliveryQueue:
    def __init__(self, queue: PatientQueue, patience: float = 0.5) -> None:
        self._queue = queue
        self._patience = patience

    async def put(self, event_ids: Sequence[int]) -> Sequence[int]:
        try:
            async with asyncio.timeout(self._patience):
                jobs = await asyncio.gather(*map(self._put, event_ids), return_exceptions=True)
        except TimeoutError as error:
            raise Unavailable("the queue does not answer in time") from error
        for job in jobs:
            if isinstance(job, REDIS_FAILURES):
                raise Unavailable("the queue does not answer") from job
            if isinstance(job, BaseException):
                raise job
        return [event_id for event_id, job in zip(event_ids, jobs, strict=True) if job is None]

    async def waiting(self) -> int:
        try:
            async with asyncio.timeout(self._patience):
                return await self._queue.count("queued")
        except REDIS_FAILURES as error:
            raise Unavailable("the queue does not answer") from error

    async def _put(self, event_id: int) -> Job | None:
        return await self._queue.enqueue(DELIVER, key=f"outbox:{event_id}", event_id=event_id)
