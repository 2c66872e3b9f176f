"""Wakes the relay after a commit that left events in the outbox."""

import asyncio

import structlog

from ecommerce.adapters.postgres.database import Database
from ecommerce.domain.shared.kernel import DomainError

CHANNEL = "ecommerce_outbox"
log = structlog.get_logger()


class Doorbell:
    """At most one NOTIFY per `interval` seconds a process, sent after the commit and never awaited by it.

    NOTIFY inside the transaction would make all commits queue behind one lock of the server; a lost ring
    costs only the relay's poll interval.
    """

    def __init__(self, database: Database, interval: float = 0.01) -> None:
        self._database = database
        self._interval = interval
        self._ringing: asyncio.Task[None] | None = None
        self._again = False

    def ring(self) -> None:
        self._again = True
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._notify())

    async def _notify(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._database.execute(f"NOTIFY {CHANNEL}")
            except DomainError as error:
                log.warning("outbox.doorbell_failed", error=str(error))
            await asyncio.sleep(self._interval)

    async def close(self) -> None:
        if self._ringing is not None:
            await asyncio.wait([self._ringing], timeout=1)
