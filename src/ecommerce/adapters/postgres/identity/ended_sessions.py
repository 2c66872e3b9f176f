"""The sessions that ended lately, kept in every process by looking at the table several times a second.

No message has to arrive for this to be right: PostgreSQL is asked over a connection of its own, and when
that was too long ago, for the one session in question over any other.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic
from uuid import UUID

import structlog

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.domain.identity.session import ACCESS_LIFETIME
from ecommerce.domain.shared.kernel import DomainError

log = structlog.get_logger()

# An access token outlives its session by no more than this, clocks that differ included.
_KEPT = ACCESS_LIFETIME.total_seconds() + 60
# A row shows when its transaction commits: later than its time, but by no more than a transaction may last.
_OVERLAP = 45.0
_PAUSE = 0.3
_FRESH = 0.9

LATELY = "SELECT id FROM session WHERE revoked_at > now() - make_interval(secs => $1)"
GOES_ON = "SELECT revoked_at IS NULL FROM session WHERE id = $1"


class PgEndedSessions:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._ended: dict[UUID, float] = {}
        self._looked_at = float("-inf")
        self._watcher: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])

    async def holds(self, session_id: UUID) -> bool:
        if session_id in self._ended:
            return True
        if monotonic() - self._looked_at <= _FRESH:
            return False
        row = await self._database.fetch_row(GOES_ON, session_id)
        return row is None or not row[0]

    def add(self, session_ids: Sequence[UUID]) -> None:
        until = monotonic() + _KEPT
        for session_id in session_ids:
            self._ended[session_id] = until

    async def _watch(self) -> None:
        while True:
            try:
                async with self._database.acquire() as connection:
                    await self._look(connection, _KEPT)
                    while True:
                        await asyncio.sleep(_PAUSE)
                        await self._look(connection, _OVERLAP)
                        self._forget()
            except DomainError as error:
                log.warning("identity.ended_sessions_not_seen", error=str(error))
            await asyncio.sleep(_PAUSE)

    async def _look(self, connection: Connection, seconds: float) -> None:
        asked_at = monotonic()
        self.add([row[0] for row in await connection.fetch(LATELY, seconds, timeout=_FRESH)])
        self._looked_at = asked_at

    def _forget(self) -> None:
        # In the order of their ends, as far as it matters: a dict keeps the order of insertion.
        now = monotonic()
        while self._ended:
            oldest = next(iter(self._ended))
            if self._ended[oldest] > now:
                return
            del self._ended[oldest]
