"""SAQ's worker: runs jobs and schedules, ends quickly when told to, and bears Redis going away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from saq.job import CronJob
from saq.types import Context
from saq.worker import Worker

from ecommerce.adapters.saq.queue import DELIVER, REDIS_FAILURES, PatientQueue

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CronTask:
    name: str
    cron: str
    timeout: float
    run: Callable[[], Awaitable[None]]


class SaqConsumer(Worker[Context]):
    """`grace` bounds how long running jobs are waited for at the end; then they are cancelled."""

    SIGNALS = []  # noqa: RUF012  # as SAQ declares it; whoever runs this decides what a signal means

    def __init__(
        self,
        queue: PatientQueue,
        deliver: Callable[[int], Awaitable[None]],
        crons: Sequence[CronTask] = (),
        *,
        concurrency: int,
        grace: float,
    ) -> None:
        # Failures of jobs are logged by `_told`, those of Redis below; SAQ would do it again, every second.
        logging.getLogger("saq").setLevel(logging.CRITICAL)
        super().__init__(
            queue,
            [(DELIVER, _told(DELIVER, _by_event(deliver)))],
            concurrency=concurrency,
            cron_jobs=[_cron_job(each) for each in crons],
            # A sweep more often than every 30 s can run one job twice.
            timers={"schedule": 1, "worker_info": 10, "sweep": 30, "abort": 1},
            dequeue_timeout=1.0,  # also the time an idle consumer takes to end
            shutdown_grace_period_s=max(1, round(grace)),
        )

    async def run(self, stopping: asyncio.Event) -> None:
        running = asyncio.create_task(self.start())
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        self.event.set()
        await running

    async def process(self) -> bool:
        try:
            return await super().process()
        except (
            REDIS_FAILURES
        ) as error:  # the job ran, and could not be reported: its lease tells what is true
            log.warning("worker.job_unreported", error=str(error))
            return False

    async def upkeep(self) -> list[asyncio.Task[None]]:
        timers = self.timers
        chores: list[tuple[int, Callable[[], Coroutine[Any, Any, Any]]]] = [
            (timers["abort"], lambda: self.abort(timers["abort"])),
            (timers["schedule"], lambda: self.schedule(timers["schedule"])),
            (timers["sweep"], lambda: self.queue.sweep(timers["sweep"])),
            (timers["worker_info"], lambda: self.worker_info(timers["worker_info"] + 1)),
        ]
        return [asyncio.create_task(self._every(seconds, chore)) for seconds, chore in chores]

    async def _every(self, seconds: float, chore: Callable[[], Awaitable[object]]) -> None:
        failing = False
        while not self.event.is_set():
            try:
                await chore()
                failing = False
            except REDIS_FAILURES as error:
                if not failing:
                    failing = True
                    log.warning("worker.upkeep_failed", error=str(error))
            except Exception:
                log.exception("worker.upkeep_failed")
            try:
                await asyncio.wait_for(self.event.wait(), seconds)
            except TimeoutError:
                continue


def _by_event(deliver: Callable[[int], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def run(_: Context, *, event_id: int) -> None:
        await deliver(event_id)

    return run


def _cron_job(task: CronTask) -> CronJob[Context]:
    async def run(_: Context) -> None:
        await task.run()

    told = _told(task.name, run)
    told.__qualname__ = f"cron:{task.name}"  # SAQ's name for it, and its key: once over all workers
    timeout = max(1, round(task.timeout))
    return CronJob(told, cron=task.cron, timeout=timeout, heartbeat=timeout, retries=5)


def _told(name: str, run: Callable[..., Awaitable[None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    """Log what fails, once; SAQ will try again."""

    async def told(context: Context, **kwargs: Any) -> None:
        try:
            await run(context, **kwargs)
        except Exception:
            log.exception("worker.job_failed", job=name)
            raise

    return told
