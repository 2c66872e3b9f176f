"""One process's way to PostgreSQL: a pool for the hot paths, an engine for the cold ones.

Both are bounded in everything that can wait, and neither leaves state behind in a session.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ecommerce.adapters.postgres.at_hand import AtHand
from ecommerce.adapters.postgres.errors import LOST, translated, translation

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
QueryLog: TypeAlias = Callable[[Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Seconds after which waiting ends with an error, and how many connections there may be."""

    pool_size: int = 16
    pool_timeout: float = 2.0
    connect_timeout: float = 5.0
    statement_timeout: float = 5.0
    lock_timeout: float = 3.0
    command_timeout: float = 8.0


if TYPE_CHECKING:
    _AnyConnection = asyncpg.Connection[asyncpg.Record]
else:  # generic in its stubs only
    _AnyConnection = asyncpg.Connection


class _HotConnection(_AnyConnection):
    def get_reset_query(self) -> str:
        """No round trip on every release: nothing here changes a session's state."""
        return ""


async def _init(connection: Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
        )


class Database:
    """Open it once a process, close it at the end. `on_query` sees every statement (tests count them)."""

    def __init__(self, url: str, bounds: Bounds, on_query: QueryLog | None = None) -> None:
        self._url = url
        self._bounds = bounds
        self._on_query = on_query
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._at_hand: AtHand | None = None
        self._engine: AsyncEngine | None = None

    @property
    def _server_settings(self) -> dict[str, str]:
        return {
            "application_name": "ecommerce",
            "statement_timeout": str(int(self._bounds.statement_timeout * 1000)),
            "lock_timeout": str(int(self._bounds.lock_timeout * 1000)),
            "idle_in_transaction_session_timeout": "30000",
            "timezone": "UTC",
        }

    async def _setup(self, connection: Connection) -> None:
        await _init(connection)
        if self._on_query is not None:
            connection.add_query_logger(self._on_query)

    async def open(self) -> None:
        """Start lazily: an API that comes up before its database answers `/ready` with 503, and recovers."""
        self._pool = asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._bounds.pool_size,
            timeout=self._bounds.connect_timeout,
            command_timeout=self._bounds.command_timeout,
            max_inactive_connection_lifetime=300,
            connection_class=_HotConnection,
            server_settings=self._server_settings,
            init=self._setup,
        )
        with translated():
            await self._pool
        self._at_hand = AtHand(self._pool, self._bounds.pool_timeout)

    @property
    def engine(self) -> AsyncEngine:
        """SQLAlchemy's way in, for the cold lane; its pool is small and made on first use."""
        if self._engine is None:
            self._engine = create_async_engine(
                "postgresql+asyncpg://" + self._url.split("://", 1)[1],
                pool_size=4,
                max_overflow=4,
                pool_timeout=self._bounds.pool_timeout,
                pool_recycle=300,
                connect_args={
                    "timeout": self._bounds.connect_timeout,
                    "command_timeout": self._bounds.command_timeout,
                    "server_settings": self._server_settings,
                },
            )
        return self._engine

    async def close(self) -> None:
        if self._at_hand is not None:
            await self._at_hand.close()
        if self._pool is not None:
            await self._pool.close()
        if self._engine is not None:
            await self._engine.dispose()

    def acquire(self) -> "Borrowed":
        """A connection of the hot pool, for whatever is done to it: it is reset afterwards.

        Raises `Unavailable` when none is free in time.
        """
        return Borrowed(self._ready(), reset=True)

    def borrow(self) -> "Borrowed":
        """As `acquire`, but for statements and transactions only, since nothing is reset: much cheaper."""
        return Borrowed(self._ready(), reset=False)

    def _ready(self) -> AtHand:
        if self._at_hand is None:
            raise RuntimeError("the database was not opened")
        return self._at_hand

    async def fetch(self, sql: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """One statement without BEGIN, for reads."""
        async with self.borrow() as connection:
            return await connection.fetch(sql, *arguments)

    async def fetch_row(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        async with self.borrow() as connection:
            return await connection.fetchrow(sql, *arguments)

    async def execute(self, sql: str, *arguments: object) -> str:
        """One statement that is its own transaction."""
        async with self.borrow() as connection:
            return await connection.execute(sql, *arguments)


class Borrowed:
    """A connection while it is in use. Not a generator: every request comes through here."""

    __slots__ = ("_at_hand", "_connection", "_reset")

    def __init__(self, at_hand: AtHand, *, reset: bool) -> None:
        self._at_hand = at_hand
        self._reset = reset

    async def __aenter__(self) -> Connection:
        with translated():
            self._connection = await self._at_hand.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, LOST):
            _give_up(self._connection)
        with translated():
            await self._at_hand.put_back(self._connection, in_order=error is None and not self._reset)
        if error is not None and (told := translation(error)) is not error:
            raise told from error


def _give_up(connection: Connection) -> None:
    """Else the pool would hand it to the next one."""
    try:
        connection.terminate()
    except asyncpg.InterfaceError:
        return  # it was lost, and has gone back to the pool by itself
