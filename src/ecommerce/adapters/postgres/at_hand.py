"""Connections kept at hand from one use to the next.

The pool resets what it is given back in a task of its own, and that costs more than many a statement. What
was used in order needs no reset: nothing here changes a session's state.
"""

from time import monotonic
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Pooled: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
# A connection that slept longer may have been forgotten by whatever stands between us and the server.
_STALE = 300.0


class AtHand:
    def __init__(self, pool: Pool, timeout: float) -> None:
        self._pool = pool
        self._timeout = timeout
        self._idle: list[tuple[float, Pooled]] = []
        self._waiting = 0
        self._closed = False

    async def take(self) -> Pooled:
        """The one that was used last, else one of the pool's. Raises `TimeoutError` when none comes free."""
        while self._idle:
            since, connection = self._idle.pop()
            if not _is_usable(connection):
                continue
            if monotonic() - since < _STALE:
                return connection
            connection.terminate()
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=self._timeout)
        finally:
            self._waiting -= 1

    async def put_back(self, connection: Pooled, *, in_order: bool) -> None:
        """`in_order`: no transaction, no statement and no listener is left on it."""
        if in_order and not self._waiting and not self._closed:
            self._idle.append((monotonic(), connection))
        else:
            await self._pool.release(connection)

    async def close(self) -> None:
        self._closed = True
        while self._idle:
            await self._pool.release(self._idle.pop()[1])


def _is_usable(connection: Pooled) -> bool:
    """One that was lost meanwhile has gone back to the pool by itself."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
