"""Small applications beside the shop: what an answer costs that says nothing, and each layer around it.

The shell's layers are taken out one at a time by putting something idle in their place, here and not there:
the shop has no switch for it. Run by `bench.hello`, one process each, with the shop's own settings.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from dishka import FromDishka, Provider, Scope, provide
from litestar import Controller, Litestar
from litestar import get as bare_get
from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Send
from litestar.types import Scope as AsgiScope

from ecommerce.entrypoints.bootstrap import logging
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.http import shell
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.limits import UNLIMITED
from ecommerce.entrypoints.http.metrics import HttpMetrics
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.routing import get

SAID = {"hello": "world"}
_BYTES = b'{"hello":"world"}'
_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BYTES))]


def constant() -> ASGIApp:
    """The least that any answer costs."""

    async def app(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # type: ignore[comparison-overlap]  # Litestar names the others only
            await _lifespan(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
        await send({"type": "http.response.body", "body": _BYTES, "more_body": False})

    return app


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        phase = (await receive())["type"].rpartition(".")[2]
        await send({"type": f"lifespan.{phase}.complete"})
        if phase == "shutdown":
            return


def litestar() -> Litestar:
    """Litestar alone."""

    @bare_get("/api/v1/hello", sync_to_thread=False)
    def hello() -> dict[str, str]:
        return SAID

    return Litestar([hello], openapi_config=None, logging_config=None)


class Hello(Controller):
    """A route that is given something by the container, as all of the shop's are."""

    path = "/hello"

    @get("/", policy=PUBLIC)
    async def hello(self, config: FromDishka[HttpConfig]) -> dict[str, str]:
        """Say hello."""
        return SAID


class HelloAlone(Controller):
    path = "/hello"

    @get("/", policy=PUBLIC)
    async def hello(self) -> dict[str, str]:
        """Say hello."""
        return SAID


class HelloUncounted(Controller):
    path = "/hello"

    @get("/", policy=PUBLIC, rate_limit=UNLIMITED)
    async def hello(self, config: FromDishka[HttpConfig]) -> dict[str, str]:
        """Say hello."""
        return SAID


class _NothingCounted(HttpMetrics):
    def __init__(self) -> None:
        super().__init__()
        self.in_flight: Any = SimpleNamespace(inc=_nothing, dec=_nothing)

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """Nothing."""


class _NoMetrics(Provider):
    @provide(scope=Scope.APP)
    def metrics(self) -> HttpMetrics:
        return _NothingCounted()


def _nothing(*_: object, **__: object) -> None:
    """In the place of a layer."""


def _silent(_: object) -> Any:
    return SimpleNamespace(note=_nothing)


def _same_id() -> Any:
    return SimpleNamespace(hex="0" * 32)


def _door(
    controller: type[Controller] = Hello, overrides: tuple[Provider, ...] = (), **idle: Callable[..., Any]
) -> Litestar:
    """The shop's own door with one route; `idle` takes the place of what the shell's module names so."""
    settings = load()
    writer = logging.configure(settings.log_level)
    container = build_container(settings, *overrides)
    for name, replacement in idle.items():
        patch.object(shell, name, replacement).start()
    roots: tuple[ControllerRouterHandler, ...] = ()
    return create_app(container, http_config(settings, writer.write), (controller,), roots, ())


def whole() -> Litestar:
    """Everything that stands before a route of the shop."""
    return _door()


def without_di() -> Litestar:
    return _door(HelloAlone)


def without_request_id() -> Litestar:
    return _door(uuid7=_same_id, _bind=_nothing, _clear=_nothing)


def without_access_log() -> Litestar:
    return _door(AccessLog=_silent)


def without_rate_limit() -> Litestar:
    return _door(HelloUncounted)


def without_metrics() -> Litestar:
    return _door(overrides=(_NoMetrics(),))
