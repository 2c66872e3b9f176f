"""Whether what we depend on answers, and is as we expect it."""

import asyncio
import time
from collections.abc import Callable

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.shared.health import Health
from ecommerce.domain.shared.kernel import DomainError
from ecommerce.entrypoints.bootstrap.schema_head import schema_head

log = structlog.get_logger("health")
_FRESH_FOR = 1.0
_DATABASE_PATIENCE = 1.0
_CACHE_PATIENCE = 0.2
_REVISION = "SELECT version_num FROM alembic_version"


class ShopHealth:
    """Asks at most once a second, however many ask it."""

    def __init__(self, database: Database, redis: Redis, head: Callable[[], str] = schema_head) -> None:
        self._database = database
        self._redis = redis
        self._find_head = head
        self._head: str | None = None
        self._asking = asyncio.Lock()
        self._last = Health("down", {})
        self._asked_at = float("-inf")

    async def look(self) -> Health:
        async with self._asking:
            if time.monotonic() - self._asked_at > _FRESH_FOR:
                before = self._last.status
                self._last = await self._ask()
                self._asked_at = time.monotonic()
                if self._last.status != before:
                    log.info("health.changed", status=self._last.status, checks=self._last.checks)
            return self._last

    async def _ask(self) -> Health:
        database, cache = await asyncio.gather(self._ask_database(), self._ask_cache())
        checks = {**database, "cache": cache}
        if any(said != "ok" for said in database.values()):
            return Health("down", checks)
        return Health("ok" if cache == "ok" else "degraded", checks)

    async def _ask_database(self) -> dict[str, str]:
        if self._head is None:
            self._head = self._find_head()
        try:
            async with asyncio.timeout(_DATABASE_PATIENCE):
                row = await self._database.fetch_row(_REVISION)
        except asyncpg.UndefinedTableError:
            row = None
        except (DomainError, TimeoutError, asyncpg.PostgresError):
            return {"database": "away"}
        current = row is not None and row["version_num"] == self._head
        return {"database": "ok", "migrations": "ok" if current else "not current"}

    async def _ask_cache(self) -> str:
        try:
            async with asyncio.timeout(_CACHE_PATIENCE):
                await self._redis.ping()  # type: ignore[misc]  # annotated for both clients at once
        except (RedisError, OSError, TimeoutError):
            return "away"
        return "ok"
