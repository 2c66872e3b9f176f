"""The outbox as the worker and its operators see it."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

import asyncpg
import structlog

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.adapters.postgres.doorbell import CHANNEL
from ecommerce.application.shared.outgoing import BegunEvent, DueEvent, OutboxStanding, ParkedEvent
from ecommerce.domain.shared.kernel import DomainError

log = structlog.get_logger()

# In the order of the index: an event that keeps failing falls behind the others.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox
    WHERE done_at IS NULL AND parked_at IS NULL AND due_at <= now()
    ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE outbox SET due_at = now() + make_interval(secs => $2)
FROM due WHERE outbox.id = due.id
RETURNING outbox.id, outbox.kind
"""
BEGIN = """
UPDATE outbox
SET attempts = attempts + 1, deaths = CASE WHEN running_until IS NULL THEN 0 ELSE deaths + 1 END,
    due_at = now() + make_interval(secs => $2), running_until = now() + make_interval(secs => $2)
WHERE id = $1 AND done_at IS NULL AND parked_at IS NULL
  AND (running_until IS NULL OR running_until <= now())
RETURNING id, attempts AS attempt, kind, aggregate_id, payload, occurred_at, request_id, handled, deaths
"""
# `attempts` fences: an attempt whose lease ended and was followed by another has nothing more to say.
PROGRESS = """
UPDATE outbox
SET handled = $3, due_at = now() + make_interval(secs => $4),
    running_until = now() + make_interval(secs => $4)
WHERE id = $1 AND attempts = $2 AND done_at IS NULL
RETURNING true
"""
FINISH = """
UPDATE outbox SET handled = $3, done_at = now(), running_until = NULL, last_error = NULL
WHERE id = $1 AND attempts = $2 AND done_at IS NULL
"""
POSTPONE = """
UPDATE outbox
SET handled = $3, last_error = $4, running_until = NULL, due_at = now() + make_interval(secs => $5)
WHERE id = $1 AND attempts = $2 AND done_at IS NULL
"""
PARK = """
UPDATE outbox SET handled = $3, last_error = $4, running_until = NULL, parked_at = now()
WHERE id = $1 AND attempts = $2 AND done_at IS NULL
"""
GIVE_BACK = """
UPDATE outbox SET handled = $3, attempts = attempts - 1, running_until = NULL, due_at = now()
WHERE id = $1 AND attempts = $2 AND done_at IS NULL
"""
FINISH_UNHEARD = "UPDATE outbox SET done_at = now() WHERE id = ANY($1) AND done_at IS NULL"
LONGEST_ERROR = 2_000


class PgOutgoingEvents:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, limit: int, lease: float) -> Sequence[DueEvent]:
        rows = await self._database.fetch(CLAIM, limit, lease)
        return sorted((DueEvent(row["id"], row["kind"]) for row in rows), key=lambda event: event.id)

    async def begin(self, event_id: int, lease: float) -> BegunEvent | None:
        row = await self._database.fetch_row(BEGIN, event_id, lease)
        if row is None:
            return None
        fields: dict[str, Any] = {**row, "handled": frozenset(row["handled"])}
        return BegunEvent(**fields)

    async def progress(self, event: BegunEvent, handled: Collection[str], lease: float) -> bool:
        row = await self._database.fetch_row(PROGRESS, event.id, event.attempt, sorted(handled), lease)
        return row is not None and bool(row[0])

    async def finish(self, event: BegunEvent, handled: Collection[str]) -> None:
        await self._database.execute(FINISH, event.id, event.attempt, sorted(handled))

    async def postpone(self, event: BegunEvent, handled: Collection[str], error: str, seconds: float) -> None:
        await self._database.execute(
            POSTPONE, event.id, event.attempt, sorted(handled), error[:LONGEST_ERROR], seconds
        )

    async def park(self, event: BegunEvent, handled: Collection[str], error: str) -> None:
        await self._database.execute(PARK, event.id, event.attempt, sorted(handled), error[:LONGEST_ERROR])

    async def give_back(self, event: BegunEvent, handled: Collection[str]) -> None:
        await self._database.execute(GIVE_BACK, event.id, event.attempt, sorted(handled))

    async def finish_unheard(self, event_ids: Sequence[int]) -> None:
        await self._database.execute(FINISH_UNHEARD, list(event_ids))


class PgBell:
    """Holds one connection of the pool that listens. `pause` seconds pass between attempts to get one."""

    def __init__(self, database: Database, pause: float = 1.0, check_every: float = 15.0) -> None:
        self._database = database
        self._pause = pause
        self._check_every = check_every

    async def listen(self, ring: Callable[[], None]) -> None:
        while True:
            try:
                async with self._database.acquire() as connection:
                    await self._listen_on(connection, ring)
            except (DomainError, asyncpg.PostgresError) as error:
                log.warning("outbox.bell_lost", error=str(error))
            await asyncio.sleep(self._pause)

    async def _listen_on(self, connection: Connection, ring: Callable[[], None]) -> None:
        lost = asyncio.Event()

        def hear(*_: object) -> None:
            ring()

        def lose(_: object) -> None:
            lost.set()

        await connection.add_listener(CHANNEL, hear)
        connection.add_termination_listener(lose)
        try:
            ring()  # for what was committed while nobody listened
            while not lost.is_set():
                try:
                    await asyncio.wait_for(lost.wait(), self._check_every)
                except TimeoutError:
                    await connection.execute("SELECT 1")  # a peer that vanished in silence is noticed here
        finally:
            if not connection.is_closed():
                connection.remove_termination_listener(lose)
                await connection.remove_listener(CHANNEL, hear)


STANDING = """
SELECT count(*) FILTER (WHERE parked_at IS NULL) AS waiting,
       count(*) FILTER (WHERE parked_at IS NULL AND due_at <= now()) AS due,
       count(*) FILTER (WHERE parked_at IS NULL AND running_until > now()) AS running,
       count(*) FILTER (WHERE parked_at IS NULL AND last_error IS NOT NULL) AS failing,
       count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked,
       (SELECT count(*) FROM outbox WHERE done_at > now() - interval '1 day'
           AND occurred_at > now() - interval '3 days') AS done_last_day,
       extract(epoch FROM now() - min(occurred_at) FILTER (WHERE parked_at IS NULL))::float8
           AS oldest_waiting_seconds
FROM outbox WHERE done_at IS NULL
"""
PARKED = """
SELECT id, kind, aggregate_id, attempts, handled, last_error, occurred_at, parked_at
FROM outbox WHERE parked_at IS NOT NULL AND done_at IS NULL ORDER BY parked_at DESC, id DESC LIMIT $1
"""
REPLAY = """
UPDATE outbox SET parked_at = NULL, attempts = 0, deaths = 0, due_at = now()
WHERE parked_at IS NOT NULL AND done_at IS NULL AND ($1::bigint[] IS NULL OR id = ANY($1))
RETURNING id
"""


class PgOutboxCare:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self) -> OutboxStanding:
        row = await self._database.fetch_row(STANDING)
        if row is None:
            raise RuntimeError("an aggregate always has a row")
        return OutboxStanding(**dict(row))

    async def parked(self, limit: int = 100) -> Sequence[ParkedEvent]:
        return [ParkedEvent(**dict(row)) for row in await self._database.fetch(PARKED, limit)]

    async def replay(self, event_ids: Sequence[int] | None = None) -> Sequence[int]:
        wanted = None if event_ids is None else list(event_ids)
        rows = await self._database.fetch(REPLAY, wanted)
        if rows:
            await self._database.execute(f"NOTIFY {CHANNEL}")
        return sorted(row["id"] for row in rows)
