"""One worker process: the relay of the outbox and the consumer of its queue, until told to stop."""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from ecommerce.entrypoints.worker.relay import Relay

log = structlog.get_logger()


class Consumer(Protocol):
    async def run(self, stopping: asyncio.Event) -> None:
        """Run jobs until `stopping`, then wait for those that run, within its own bounds."""
        ...


class WorkerApp:
    """`ready_file` is there while the worker works. `grace` is how many seconds running work gets to end."""

    def __init__(self, relay: Relay, consumer: Consumer, *, grace: float, ready_file: Path | None) -> None:
        self._relay = relay
        self._consumer = consumer
        self._grace = grace
        self._ready_file = ready_file
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Raises what ended one of the two before its time: then the process is of no use."""
        relaying = asyncio.create_task(self._relay.run(self._ready))
        consuming = asyncio.create_task(self._consumer.run(self._stopping))
        waiting = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({relaying, consuming, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._end(relaying, consuming)
            waiting.cancel()
        relaying.result()
        consuming.result()

    def _ready(self) -> None:
        log.info("worker.ready")
        if self._ready_file is not None:
            self._ready_file.touch()

    async def _end(self, *tasks: asyncio.Task[None]) -> None:
        if self._ready_file is not None:
            self._ready_file.unlink(missing_ok=True)
        self._stopping.set()
        self._relay.stop()
        # The consumer keeps its own time, and needs a little more to cancel what is left.
        _, late = await asyncio.wait(tasks, timeout=self._grace + 3)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=3)
        log.info("worker.stopped", in_time=not late)
