"""The SQL that each kind of work really sends: caught by running it once in this process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
from dishka import Provider, Scope, provide

from bench.buyers import ADDRESS, API, UNCACHED, Offer
from bench.load import WrongAnswer
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.http.app import create_app

# Not of any request: what a new connection asks about types, presence, the doorbell, ended sessions.
_BACKGROUND = ("pg_advisory", "NOTIFY", "LISTEN", "pg_catalog", "typeinfo", "'jit'", "revoked_at > now()")


class Statement(NamedTuple):
    sql: str
    arguments: tuple[object, ...]


class _Listening(Provider):
    def __init__(self, url: str, heard: list[Statement]) -> None:
        super().__init__()
        self._url = url
        self._heard = heard

    @provide(scope=Scope.APP)
    async def database(self) -> AsyncIterator[Database]:
        database = Database(self._url, Bounds(pool_size=8), on_query=self._note)
        await database.open()
        yield database
        await database.close()

    def _note(self, query: Any) -> None:
        if not any(word in query.query for word in _BACKGROUND):
            self._heard.append(Statement(query.query, tuple(query.args or ())))


@dataclass(slots=True)
class Listener:
    client: httpx.AsyncClient
    heard: list[Statement] = field(default_factory=list)

    async def get(self, path: str) -> list[Statement]:
        self.heard.clear()
        _right(await self.client.get(path, headers=UNCACHED))
        return await self._all()

    async def _all(self) -> list[Statement]:
        await asyncio.sleep(0)  # asyncpg tells of a statement in the loop's next turn
        return list(self.heard)

    async def new_cart(self, variant: str) -> list[Statement]:
        self.heard.clear()
        await self.add(variant)
        return await self._all()

    async def check_out(self, first: str, second: str) -> list[Statement]:
        """Two adds, a quote, an order that is paid by hand."""
        self.heard.clear()
        token = await self.add(first)
        holding = {"X-Cart-Token": token}
        await self.add(second, holding)
        quoted = await self._post("/cart/quote", {"shipping_address": ADDRESS}, holding)
        order = {
            "email": "bench@example.com",
            "shipping_address": ADDRESS,
            "shipping_option_id": quoted["shipping_options"][0]["id"],
            "payment_method": "manual",
        }
        await self._post("/orders", order, holding)
        return await self._all()

    async def add(self, variant: str, headers: Mapping[str, str] | None = None) -> str:
        shown = await self._post("/cart/items", {"variant_id": variant, "quantity": 1}, headers)
        return str(shown.get("token", ""))

    async def _post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Any:
        answer = await self.client.post(API + path, json=body, headers=dict(headers or {}))
        return _right(answer).json()


def _right(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise WrongAnswer(f"{answer.status_code} for {answer.url}: {answer.text}")
    return answer


@asynccontextmanager
async def listening(environment: Mapping[str, str], database_url: str) -> AsyncIterator[Listener]:
    """The shop's own application in this process, on its own database."""
    settings = load(environment)
    heard: list[Statement] = []
    container = build_container(settings, _Listening(database_url, heard))
    app = create_app(container, http_config(settings, lambda _: None))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # ASGI, typed apart
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client,
    ):
        yield Listener(client, heard)


def same_work(one: list[Statement], other: list[Statement]) -> bool:
    """Whether two runs asked the same: a lost race or a new connection asks more."""
    return [each.sql for each in one] == [each.sql for each in other]


async def grows_with_rows(listener: Listener, offer: Offer) -> list[str]:
    """Which kinds of work ask more of the database for many rows than for one: there must be none."""
    few = await listener.get(f"{API}/products?page_size=1&expand=variants,images")
    many = await listener.get(f"{API}/products?page_size=100&expand=variants,images")
    found = [] if len(many) <= len(few) else [f"list: {len(few)} statements for 1 row, {len(many)} for 100"]
    token, before = "", 0
    for number, variant in enumerate(offer.variants[:6]):
        listener.heard.clear()
        token = await listener.add(variant, {"X-Cart-Token": token} if token else None) or token
        if number == 1:
            before = len(listener.heard)
    after = len(listener.heard)
    if after > before:
        found.append(f"cart add: {before} statements with 2 lines, {after} with 6")
    return found
