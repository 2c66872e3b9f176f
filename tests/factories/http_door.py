"""The HTTP door with fakes behind it, and a controller that shows all it can do."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import httpx
import msgspec
from dishka import FromDishka, Provider, Scope, from_context, make_async_container, provide
from litestar import Controller, Litestar
from litestar.params import FromPath, JSONBody

from ecommerce.adapters.redis.rate_limit import LocalLimiter
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.health import Health, HealthChecks
from ecommerce.application.shared.idempotency import (
    Answer,
    IdempotencyKey,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    IdempotencyStore,
)
from ecommerce.application.shared.rate_limiting import RateLimiter
from ecommerce.domain.identity.roles import EVERY_PERMISSION
from ecommerce.domain.shared.kernel import (
    Conflict,
    Forbidden,
    InsufficientStock,
    InvalidValue,
    NotFound,
    StaleVersion,
    Unauthenticated,
    Unavailable,
)
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.lifecycle import Lifecycle
from ecommerce.entrypoints.http.metrics import HttpMetrics
from ecommerce.entrypoints.http.operation import CUSTOMER, PUBLIC, staff
from ecommerce.entrypoints.http.pages import Links
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, RawBytes, delete, get, patch, post

SOMEBODY = UUID("01940000-0000-7000-8000-000000000001")
CONFIG = HttpConfig(
    env="test",
    base_url="https://shop.example.com",
    cursor_key=b"k" * 32,
    rate_limits={
        "auth": 10,
        "auth_address": 3,
        "checkout": 30,
        "search": 120,
        "fresh": 2,
        "webhook": 3_000,
        "default": 600,
    },
    cors_origins=("https://store.example.com",),
)


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=8)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)]


class ThingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: Annotated[list[Line], msgspec.Meta(max_length=3)]
    note: str | None = None
    main: Line | None = None
    extra: dict[str, Any] = {}


class ThingQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, msgspec.Meta(ge=1)] = 1
    tag: list[str] = []
    attr: dict[str, list[str]] = {}
    featured: bool | None = None


class Thing(msgspec.Struct, frozen=True):
    id: UUID
    page: int
    tags: list[str]
    attributes: dict[str, list[str]]


ERRORS: dict[str, Exception] = {
    "invalid": InvalidValue("too odd", "/lines/0"),
    "unauthenticated": Unauthenticated("who are you?"),
    "forbidden": Forbidden("not you"),
    "absent": NotFound("no such thing"),
    "conflict": Conflict("not now"),
    "stock": InsufficientStock("3 left", available=3),
    "stale": StaleVersion("somebody was quicker"),
    "away": Unavailable("the database does not answer", retry_after=7),
    "in-use": IdempotencyKeyInUse("still running", retry_after=1),
    "bug": RuntimeError("SELECT secret FROM vault"),
}


class ThingController(Controller):
    path = "/things"

    def __init__(self, owner: Any) -> None:
        super().__init__(owner)
        self.calls = 0

    @get("/{id:uuid}", policy=PUBLIC, cacheable=True)
    async def show(self, id: FromPath[UUID], query: Query[ThingQuery]) -> Thing:  # noqa: A002
        """Show a thing."""
        return Thing(id, query.page, query.tag, query.attr)

    @post(policy=PUBLIC, status=201, idempotent=True)
    async def add(self, data: JSONBody[ThingBody], call: FromDishka[Call]) -> Reply[dict[str, int]]:
        """Add a thing."""
        call.holds_key = call.idempotency_key is not None
        self.calls += 1
        if data.note == "fail":
            raise Conflict("not now")
        if data.note == "break":
            raise Unavailable("gone after the commit")
        if data.note == "bug":
            raise RuntimeError("a bug after the commit")
        return Reply({"call": self.calls}, etag="v1")

    @post("/raw", policy=PUBLIC, rate_limit="webhook", consumes="*/*")
    async def raw(self, payload: RawBytes) -> dict[str, int]:
        """Take anything."""
        return {"size": len(payload)}

    @post("/touch", policy=PUBLIC)
    async def touch(self) -> None:
        """Take nothing."""

    @patch("/maybe", policy=PUBLIC)
    async def maybe(self, data: JSONBody[Line | None]) -> dict[str, bool]:
        """Take a body or none."""
        return {"given": data is not None}

    @delete("/{id:uuid}", policy=staff("things:write"))
    async def remove(self, id: FromPath[UUID]) -> None:  # noqa: A002
        """Remove a thing."""

    @get("/mine", policy=CUSTOMER)
    async def mine(self, call: FromDishka[Call]) -> dict[str, str]:
        """Who I am, and where from."""
        return {"label": call.actor.label, "address": call.client_address}

    @post("/refund", policy=staff("things:write"), step_up=True)
    async def refund(self, data: JSONBody[Line]) -> Line:
        """Needs a recent proof of identity."""
        return data

    @post("/login", policy=PUBLIC, rate_limit="auth")
    async def login(self) -> None:
        """Counted by address."""

    @get("/fail/{how:str}", policy=PUBLIC)
    async def fail(self, how: FromPath[str]) -> None:
        """Raise something."""
        raise ERRORS[how]


class Somebody:
    """Knows `Bearer customer`, `Bearer clerk` (may nothing) and `Bearer editor` (may write things)."""

    async def __call__(self, authorization: str, call: Call) -> Actor:
        name = authorization.removeprefix("Bearer ")
        if name == "customer":
            return Actor(label=f"customer:{SOMEBODY}", account_id=SOMEBODY)  # type: ignore[arg-type]
        if name in ("clerk", "editor"):
            granted = frozenset({"things:write"} if name == "editor" else ())
            return Actor(label=f"staff:{name}", account_id=SOMEBODY, permissions=granted)  # type: ignore[arg-type]
        raise Unauthenticated("this token is not known")


class MemoryAnswers:
    def __init__(self) -> None:
        self.answers: dict[bytes, tuple[bytes, Answer]] = {}
        self.released: list[bytes] = []
        self.abandoned: list[bytes] = []

    async def find(self, key: IdempotencyKey) -> Answer | None:
        body, answer = self.answers.get(key.scope, (key.body, None))
        if body != key.body:
            raise IdempotencyKeyReused("used before")
        return answer

    async def bind(self, key: IdempotencyKey, answer: Answer) -> None:
        self.answers.setdefault(key.scope, (key.body, answer))

    async def release(self, key: IdempotencyKey) -> None:
        self.released.append(key.scope)

    async def abandon(self, key: IdempotencyKey) -> None:
        self.abandoned.append(key.scope)


class SetHealth:
    def __init__(self) -> None:
        self.health = Health("ok", {"database": "ok"})

    async def look(self) -> Health:
        return self.health


class DoorProvider(Provider):
    scope = Scope.APP
    call = from_context(Call, scope=Scope.REQUEST)

    def __init__(self, config: HttpConfig) -> None:
        super().__init__()
        self._config = config

    @provide
    def config(self) -> HttpConfig:
        return self._config

    @provide
    def cursors(self) -> Cursors:
        return Cursors(self._config.cursor_key)

    @provide
    def links(self) -> Links:
        return Links(self._config.base_url)

    @provide
    def authenticator(self) -> Authenticator:
        return Somebody()

    @provide
    def limiter(self) -> RateLimiter:
        return LocalLimiter()

    @provide
    def answers(self) -> IdempotencyStore:
        return MemoryAnswers()

    @provide
    def health(self) -> HealthChecks:
        return SetHealth()

    @provide
    def lifecycle(self) -> Lifecycle:
        return Lifecycle()

    @provide
    def metrics(self) -> HttpMetrics:
        return HttpMetrics()


class TestDoor:
    """An application that runs, a client of it, and what it logged."""

    __test__ = False

    def __init__(self, app: Litestar, client: httpx.AsyncClient, container: Any, lines: list[bytes]) -> None:
        self.app = app
        self.client = client
        self.container = container
        self._lines = lines

    @property
    def logged(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(line) for line in self._lines]


@asynccontextmanager
async def open_test_door(
    controllers: Sequence[type[Controller]] = (ThingController,),
    providers: Sequence[Provider] = (),
    **changes: Any,
) -> AsyncIterator[TestDoor]:
    lines: list[bytes] = []
    config = replace(CONFIG, write_log=lines.append, **changes)
    container = make_async_container(DoorProvider(config), *providers)
    app = create_app(container, config, controllers, permissions={"things:write", *EVERY_PERMISSION})
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1234))  # type: ignore[arg-type]  # Litestar is one
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client,
    ):
        yield TestDoor(app, client, container, lines)
