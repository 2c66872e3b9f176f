"""The HTTP application: the shell around the gate around the layers around Litestar's routes."""

from collections.abc import AsyncIterator, Callable, Container, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

from dishka import AsyncContainer
from litestar import Controller, Litestar, Router
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, ControllerRouterHandler

from ecommerce.domain.identity.roles import EVERY_PERMISSION
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.door import Door, open_door
from ecommerce.entrypoints.http.gate import Gate
from ecommerce.entrypoints.http.limits import Limits
from ecommerce.entrypoints.http.operation import OPT, Operation
from ecommerce.entrypoints.http.routes import CONTROLLERS, LAYERS, ROOT_CONTROLLERS
from ecommerce.entrypoints.http.shell import Shell

API = "/api/v1"
# Wraps the routes; made with the door, once the application starts.
Layer: TypeAlias = Callable[[ASGIApp, Callable[[], Door]], ASGIApp]


class UndeclaredRoute(Exception):
    """A route that doesn't say who may call it, how often, or what it takes."""


def create_app(
    container: AsyncContainer,
    config: HttpConfig,
    controllers: Sequence[type[Controller]] = CONTROLLERS,
    root_controllers: Sequence[ControllerRouterHandler] = ROOT_CONTROLLERS,
    layers: Sequence[Layer] = LAYERS,
    permissions: Container[str] = EVERY_PERMISSION,
) -> Litestar:
    """The whole door. It closes the container when it shuts down.

    Raises `UndeclaredRoute` when a route was not made by `routing`'s decorators, or needs none of the
    `permissions`: without a declared policy that somebody can meet nothing is served.
    """
    opened: list[Door] = []

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        opened.append(await open_door(container, config))
        try:
            yield
        finally:
            opened.clear()
            await container.close()

    # What a controller raises passes Litestar, which has no middleware here to catch it, up to the shell.
    app = Litestar(
        [Router(API, route_handlers=list(controllers)), *root_controllers],
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )
    limits = Limits(config)
    _require_declarations(app, limits, permissions)
    inner: ASGIApp = app.asgi_router
    for layer in reversed(layers):
        inner = layer(inner, lambda: opened[0])
    app.asgi_handler = Shell(Gate(app, inner, limits), config, lambda: opened[0])
    return app


def _require_declarations(app: Litestar, limits: Limits, permissions: Container[str]) -> None:
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else ()
        for handler in handlers:
            operation = handler.opt.get(OPT)
            if "OPTIONS" in handler.http_methods:
                continue  # Litestar's own; the shell answers OPTIONS before it
            if not isinstance(operation, Operation):
                raise UndeclaredRoute(
                    f"{route.path}: {handler} declares no policy; use entrypoints.http.routing"
                )
            policy = operation.policy
            if policy.kind == "staff" and policy.permission not in permissions:
                raise UndeclaredRoute(f"{route.path}: there is no permission named {policy.permission!r}")
            if not limits.knows(operation.rate_limit):
                raise UndeclaredRoute(f"{route.path}: there is no rate limit named {operation.rate_limit}")
