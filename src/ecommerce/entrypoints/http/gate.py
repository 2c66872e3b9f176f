"""Between the shell and the controllers: which route is meant, who is asking, may they, how often.

All of it happens before a byte of the body is read, so that authentication and permission come before
validation. The route is found by Litestar's own router (its cached `handle_routing`), since the policy must
be known before Litestar runs.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from litestar import Litestar
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from litestar.utils import normalize_path

from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.shared.kernel import Unauthenticated, Unavailable
from ecommerce.entrypoints.http.exchange import Exchange, exchange_of
from ecommerce.entrypoints.http.faults import (
    MalformedRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    RouteNotFound,
)
from ecommerce.entrypoints.http.limits import Limits
from ecommerce.entrypoints.http.operation import OPT, Operation

_NOWHERE = "unmatched"


class Gate:
    def __init__(self, app: Litestar, inner: ASGIApp, limits: Limits) -> None:
        self._router = app.asgi_router
        self._inner = inner
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        await self.admit(exchange, scope)  # type: ignore[arg-type]  # the shell lets nothing else in
        await self._inner(scope, receive, send)

    def allowed(self, path: str) -> str:
        """The methods that a path takes, as its `Allow`. Raises `RouteNotFound`."""
        try:
            self._router.handle_routing(path=normalize_path(path), method="TRACE")
        except NotFoundException:
            raise RouteNotFound("there is nothing at this path") from None
        except MethodNotAllowedException as error:
            return _allow(error)
        raise AssertionError("no route takes TRACE")

    async def admit(self, exchange: Exchange, scope: HTTPScope) -> None:
        """Raises whatever keeps this request from its controller."""
        refusal: Exception | None = None
        try:
            _check_path(exchange, scope)
            operation, exchange.template = self._route(scope["path"], exchange.method)
            exchange.operation = operation
        except (MalformedRequest, RouteNotFound, MethodNotAllowed) as error:
            refusal, operation, exchange.template = error, None, _NOWHERE
        if operation is not None and operation.policy.kind == "probe":
            return
        if exchange.door.lifecycle.in_flight > exchange.door.config.max_in_flight:
            # More would only wait for each other: told at once, they may come again when there is room.
            raise Unavailable("too many requests are being answered; try again in a moment", retry_after=1)
        await self._identify(exchange, operation, scope)
        await self._limits.spend(exchange, _policy_name(exchange, operation))
        if refusal is not None:
            raise refusal
        assert operation is not None
        operation.policy.check(exchange.call.actor, exchange.anonymous)
        if operation.step_up:
            exchange.call.actor.require_fresh(datetime.now(UTC))
        _check_length(exchange, operation)

    def _route(self, path: str, method: str) -> tuple[Operation, str]:
        normalized = normalize_path(path)
        try:
            _, handler, _, _, template = self._router.handle_routing(path=normalized, method=method)
        except NotFoundException:
            raise RouteNotFound("there is nothing at this path") from None
        except MethodNotAllowedException as error:
            raise MethodNotAllowed(f"{method} is not possible here", {"Allow": _allow(error)}) from None
        operation: Operation = handler.opt[OPT]
        return operation, template

    async def _identify(self, exchange: Exchange, operation: Operation | None, scope: HTTPScope) -> None:
        authorization = exchange.header(b"authorization")
        if authorization is None:
            return
        exchange.anonymous = False
        try:
            _check_alone(scope)
            exchange.call.actor = await exchange.door.authenticator(authorization, exchange.call)
        except (Unauthenticated, RateLimited):
            if operation is not None and operation.policy.kind == "open":
                return
            # Guesses are counted, too: by address, since there is nobody else to count them for.
            await self._limits.spend(exchange, "default")
            raise


def _check_path(exchange: Exchange, scope: HTTPScope) -> None:
    """Raises for paths that can't be anybody's."""
    if "\0" in scope["path"]:
        raise RouteNotFound("there is nothing at this path")
    raw = scope.get("raw_path") or b""
    if b"%" in raw or not scope["path"].isascii():
        try:
            scope["path"].encode()
            unquote_to_bytes(raw).decode()
        except UnicodeError:
            exchange.path = "/"
            raise MalformedRequest("the path is not UTF-8") from None


def _check_alone(scope: HTTPScope) -> None:
    """Raises `Unauthenticated` for several credentials: a proxy before us may have looked at another one."""
    if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
        raise Unauthenticated("there must be one Authorization header, not several")


def _policy_name(exchange: Exchange, operation: Operation | None) -> str:
    if operation is None:
        return "default"
    if operation.cacheable and b"no-cache" in exchange.headers.get(b"cache-control", b""):
        return "fresh"
    return operation.rate_limit


def _allow(error: MethodNotAllowedException) -> str:
    listed = set(((error.headers or {}).get("allow") or "").split(", ")) - {""}
    return ", ".join(sorted(listed | ({"HEAD"} if "GET" in listed else set())))


def _check_length(exchange: Exchange, operation: Operation) -> None:
    declared: Any = exchange.headers.get(b"content-length", b"0")
    most = operation.max_body or exchange.door.config.max_body
    if not declared.isdigit() or int(declared) > most:
        raise PayloadTooLarge(f"the body is larger than {most} bytes")
