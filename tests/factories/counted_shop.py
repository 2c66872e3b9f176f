"""The whole API in this process, on a real database, with every statement written down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from dishka import AsyncContainer, Provider, Scope, provide
from sqlalchemy import event

from ecommerce.adapters.memory.payments import MemoryGateway
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.application.payments.ports import PaymentGateway
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.http.app import create_app
from tests.factories.till import settings


@dataclass
class Statements:
    """What the application asked of PostgreSQL since `forget`; BEGIN and COMMIT count as well."""

    seen: list[str] = field(default_factory=list)
    # Not of any request: what a new connection asks about types, presence, the doorbell,
    # sessions that ended.
    BACKGROUND = (
        "pg_advisory_lock",
        "pg_advisory_unlock",
        "NOTIFY",
        "pg_catalog",
        "LISTEN",
        "typeinfo",
        "'jit'",
        "revoked_at > now()",
        "moved.revision <> $1",
        "SET last_used_at",
    )

    def note(self, query: Any) -> None:
        self.note_text(query.query)

    def note_text(self, text: str) -> None:
        if not any(word in text for word in self.BACKGROUND):
            self.seen.append(" ".join(text.split()))

    async def settle(self) -> None:
        """asyncpg tells of a statement one turn of the loop after it."""
        await asyncio.sleep(0)

    def forget(self) -> None:
        self.seen.clear()


class Counting(Provider):
    def __init__(self, url: str, statements: Statements) -> None:
        super().__init__()
        self._url = url
        self._statements = statements

    @provide(scope=Scope.APP)
    async def database(self) -> AsyncIterator[Database]:
        database = Database(self._url, Bounds(pool_size=5), on_query=self._statements.note)
        await database.open()
        note = self._statements.note_text
        event.listen(
            database.engine.sync_engine,
            "before_cursor_execute",
            lambda _c, _u, statement, *_rest: note(statement),
        )
        yield database
        await database.close()

    @provide(scope=Scope.APP)
    def gateway(self) -> PaymentGateway:
        return MemoryGateway()


@dataclass
class CountedShop:
    client: httpx.AsyncClient
    statements: Statements
    container: AsyncContainer


@asynccontextmanager
async def counted_shop(url: str, **more: str) -> AsyncIterator[CountedShop]:
    statements = Statements()
    wanted = settings(url, STORE_TAX_RATE_PPM="80000", STORE_SHIPPING_FLAT_AMOUNT="500", **more)
    container = build_container(wanted, Counting(url, statements))
    app = create_app(container, http_config(wanted))
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # ASGI, typed apart
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://shop.test/api/v1") as client,
    ):
        yield CountedShop(client, statements, container)
