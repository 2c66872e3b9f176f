"""Workers for tests: events that leave traces, subscribers that misbehave on request."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
from dishka import AsyncContainer
from redis.asyncio import from_url

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.domain.shared.kernel import Event, NotFound, Unavailable
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.settings import Settings, load
from ecommerce.entrypoints.bootstrap.worker import build_worker
from ecommerce.entrypoints.worker.delivery import Delivery, Subscription
from ecommerce.entrypoints.worker.patience import Patience
from ecommerce.entrypoints.worker.schedule import Scheduled

TRACES = """
CREATE TABLE trace (event_id bigint, subscriber text, pid int, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE effect (event_id bigint PRIMARY KEY, pid int);
"""
TRACE = "INSERT INTO trace (event_id, subscriber, pid) VALUES ($1, $2, $3)"
QUICK = Patience(max_attempts=3, first_pause=0.05, longest_pause=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(Event):
    """`how` tells the subscriber what to do: see `shine`."""

    aggregate: ClassVar[str] = "lamp"
    lamp_id: UUID
    how: str = ""

    @property
    def aggregate_id(self) -> UUID:
        return self.lamp_id


async def shine(container: AsyncContainer, delivery: Delivery) -> None:
    database = await container.get(Database)
    await database.execute(TRACE, delivery.sequence, "shine", os.getpid())
    match delivery.payload["how"].split(":", 1):
        case ["bug"]:
            raise ZeroDivisionError("the lamp is broken")
        case ["never"]:
            raise NotFound("no such lamp")
        case ["away"]:
            raise Unavailable("no current")
        case ["slow", seconds]:
            await asyncio.sleep(float(seconds))
    await database.execute(
        "INSERT INTO effect VALUES ($1, $2) ON CONFLICT DO NOTHING", delivery.sequence, os.getpid()
    )
    if delivery.payload["how"] == "hang-after-effect" and not os.path.exists(os.environ["GO_ON"]):  # noqa: PTH110, ASYNC240
        await asyncio.sleep(60)


async def watch(container: AsyncContainer, delivery: Delivery) -> None:
    database = await container.get(Database)
    await database.execute(TRACE, delivery.sequence, "watch", os.getpid())


SUBSCRIPTIONS = (Subscription("LampLit", "shine", shine), Subscription("LampLit", "watch", watch))


def settings(database_url: str, redis_url: str, **more: str) -> Settings:
    return load(environment(database_url, redis_url, **more))


def environment(database_url: str, redis_url: str, **more: str) -> dict[str, str]:
    return {
        "ECOMMERCE_ENV": "test",
        "ECOMMERCE_BASE_URL": "http://127.0.0.1",
        "ECOMMERCE_SECRET_KEY": "x" * 32,
        "ECOMMERCE_DATABASE_URL": database_url,
        "ECOMMERCE_REDIS_URL": redis_url,
        "ECOMMERCE_STRIPE_API_KEY": "sk_test_x",
        "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_x",
        "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
        "ECOMMERCE_MAIL_FROM": "Shop <shop@example.com>",
        "ECOMMERCE_WORKER_GRACE_SECONDS": "5",
        **{f"ECOMMERCE_{name}": value for name, value in more.items()},
    }


@asynccontextmanager
async def running_worker(
    wanted: Settings,
    subscriptions: Sequence[Subscription] = SUBSCRIPTIONS,
    schedule: Sequence[Scheduled] = (),
    patience: Patience = QUICK,
) -> AsyncIterator[AsyncContainer]:
    """A worker within this process, stopped at the end as SIGTERM would."""
    container = build_container(wanted)
    app = await build_worker(container, wanted, subscriptions, schedule, patience)
    task = asyncio.create_task(app.run())
    try:
        yield container
    finally:
        app.stop()
        await task
        await container.close()


@asynccontextmanager
async def worker_process(
    env: Mapping[str, str], folder: Path, ready_within: float = 60.0
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker of its own process, ready; killed at the end if it still runs."""
    ready = folder / f"ready-{uuid4().hex}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, env={**os.environ, **env, "ECOMMERCE_WORKER_READY_FILE": str(ready)}
    )
    try:
        await eventually(lambda: _exists(ready), within=ready_within)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def _exists(path: Path) -> bool:
    return path.exists()  # noqa: ASYNC240


class Shop:
    """The producer's side, and a look at what became of it."""

    def __init__(self, container: AsyncContainer, connection: Connection) -> None:
        self.container = container
        self.connection = connection

    async def light(self, *hows: str, times: int = 1) -> None:
        """One event for each, in one transaction."""
        async with self.container({Call: Call()}) as scope:
            uow, outbox = await scope.get(UnitOfWork), await scope.get(Outbox)
            async with uow.begin():
                await outbox.add([LampLit(lamp_id=uuid4(), how=how) for how in hows * times])

    async def value(self, sql: str, *arguments: object) -> int:
        found = await self.connection.fetchval(sql, *arguments)
        return int(found)

    async def all_done(self) -> bool:
        return (
            await self.value("SELECT count(*) FROM outbox WHERE done_at IS NULL AND parked_at IS NULL") == 0
        )

    async def effects(self) -> int:
        return await self.value("SELECT count(*) FROM effect")

    async def runs(self, subscriber: str = "shine") -> int:
        return await self.value("SELECT count(*) FROM trace WHERE subscriber = $1", subscriber)


@asynccontextmanager
async def open_shop(wanted: Settings) -> AsyncIterator[Shop]:
    container = build_container(wanted)
    connection = await asyncpg.connect(wanted.database.url)
    await connection.execute(TRACES)
    try:
        yield Shop(container, connection)
    finally:
        await connection.close()
        await container.close()


async def flush(redis_url: str) -> None:
    client = from_url(redis_url)
    await client.flushdb()
    await client.aclose()


async def eventually(holds: Callable[[], Awaitable[bool]], within: float = 10.0) -> float:
    """Seconds it took. Fails when it doesn't come true in time."""
    begun = time.monotonic()
    while not await holds():
        assert time.monotonic() - begun < within, "it did not come true in time"
        await asyncio.sleep(0.01)
    return time.monotonic() - begun


async def _main() -> None:
    wanted = load()
    container = build_container(wanted)
    app = await build_worker(container, wanted, SUBSCRIPTIONS, (), QUICK)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop)
    await app.run()
    await container.close()


if __name__ == "__main__":
    asyncio.run(_main())
