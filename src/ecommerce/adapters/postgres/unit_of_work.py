"""The unit of work of the hot lane: one asyncpg transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.idempotency import IdempotencyClaim


class PgUnitOfWork:
    """Made once a request or job, and shared by its repositories through `connection`.

    The first transaction of a request that carries an idempotency key claims that key (see `idempotency`).
    """

    def __init__(self, database: Database, doorbell: Doorbell, claim: IdempotencyClaim | None = None) -> None:
        self._database = database
        self._doorbell = doorbell
        self._claim = claim
        self._connection: Connection | None = None
        self._ring = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        if self._connection is not None:
            raise RuntimeError("a unit of work does not nest")
        self._ring = False
        async with self._database.borrow() as connection, connection.transaction():
            self._connection = connection
            try:
                if self._claim is not None:
                    await self._claim.take(connection)
                yield
            finally:
                self._connection = None
        if self._claim is not None:
            self._claim.committed()
        if self._ring:
            self._doorbell.ring()

    @asynccontextmanager
    async def single(self) -> AsyncIterator[None]:
        if self._claim is not None:  # claiming is a statement, too
            async with self.begin():
                yield
            return
        if self._connection is not None:
            raise RuntimeError("a unit of work does not nest")
        async with self._database.borrow() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    @property
    def resumed(self) -> bool:
        """True when an earlier attempt with the same idempotency key committed its effect and then died."""
        return self._claim is not None and self._claim.resumed

    @property
    def connection(self) -> Connection:
        """The transaction's connection. Raises outside `begin`: nothing may write without a transaction."""
        if self._connection is None:
            raise RuntimeError("no unit of work is open")
        return self._connection

    def ring_on_commit(self) -> None:
        """There will be events in the outbox: wake the relay once they can be seen."""
        self._ring = True
