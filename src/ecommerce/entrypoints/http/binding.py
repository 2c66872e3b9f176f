"""Ties a controller's method to a request: finds its arguments, encodes its result.

Everything a method may ask for is known from its signature when the class is made, so that a request costs
a few calls and no lookups.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from types import NoneType
from typing import Annotated, Any, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from dishka.integrations.base import default_parse_dependency, wrap_injection
from litestar import Request
from litestar.params import BodyKwarg
from litestar.types import ASGIApp

from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.http.body import read_body
from ecommerce.entrypoints.http.exchange import Exchange, exchange_of
from ecommerce.entrypoints.http.faults import (
    MalformedRequest,
    UnsupportedMediaType,
)
from ecommerce.entrypoints.http.idempotency import once
from ecommerce.entrypoints.http.json_body import decode_body
from ecommerce.entrypoints.http.operation import Operation
from ecommerce.entrypoints.http.query import NoQuery, decode_query
from ecommerce.entrypoints.http.replies import RawReply, to_raw

QUERY, RAW = object(), object()
Handler: TypeAlias = Callable[..., Awaitable[Any]]
AnyRequest: TypeAlias = Request[Any, Any, Any]


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a route without a declared body takes: nothing, or an empty object."""


class BadHandler(TypeError):
    """A controller's method is declared in a way that can't work. Raised at import."""


def bind(handler: Handler, **declared: Any) -> tuple[Handler, Operation]:
    """The function Litestar is to call, and what the route declares about itself."""
    if hasattr(handler, "__dishka_injected__"):
        raise BadHandler(f"{handler.__qualname__}: leave out @inject, the routing does it")
    hints = get_type_hints(handler, include_extras=True)
    parameters = inspect.signature(handler).parameters
    marked = {name: _marker(hints[name]) for name in parameters if name in hints}
    body, raw, query = (_the_one(marked, mark) for mark in (BodyKwarg, RAW, QUERY))
    operation = Operation(
        name=_operation_id(handler),
        summary=_summary(handler),
        description=inspect.getdoc(handler) or "",
        body=_inner(hints[body]) if body else None,
        raw_body=raw,
        query=_inner(hints[query]) if query else None,
        result=hints.get("return"),
        **declared,
    )
    injected, needs_scope = _injected(handler, parameters.values(), hints)
    bound = _bound(injected, operation, body, query, needs_scope, "request" in parameters)
    hidden = {body, raw, query} | {n for n, p in parameters.items() if _is_injected(p, hints)}
    _show(bound, handler, hidden, hints)
    return bound, operation


def _bound(
    handler: Handler, operation: Operation, body: str, query: str, needs_scope: bool, wants_request: bool
) -> Handler:
    wanted_query = operation.query or NoQuery
    wanted_body = operation.body if body else NoBody
    raw = operation.raw_body

    async def bound(*args: Any, request: AnyRequest, **kwargs: Any) -> RawReply:
        exchange = exchange_of(request.scope)
        if wants_request:
            kwargs["request"] = request
        query_string: bytes = request.scope["query_string"]
        if query or query_string:
            parameters = decode_query(query_string, wanted_query)
            if query:
                kwargs[query] = parameters
        content = await read_body(exchange, request.receive, operation)

        async def run() -> RawReply:
            if raw:
                kwargs[raw] = content
            elif body or content:
                decoded = _decoded(content, wanted_body, exchange)
                if body:
                    kwargs[body] = decoded
            if not needs_scope:
                return to_raw(await handler(*args, **kwargs), operation.status)
            async with exchange.door.container({Call: exchange.call}) as scope:
                return to_raw(await handler(*args, _scope=scope, **kwargs), operation.status)

        if operation.idempotent and b"idempotency-key" in exchange.headers:
            return await once(exchange, content, run)
        return await run()

    return bound


def _decoded(content: bytes, wanted: Any, exchange: Exchange) -> Any:
    if not content:
        if NoneType in get_args(wanted):
            return None
        raise MalformedRequest("a JSON body is needed")
    media_type, _, parameters = (exchange.header(b"content-type") or "").partition(";")
    if media_type.strip().lower() != "application/json":
        raise UnsupportedMediaType("the body must be sent as application/json")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType("the body must be UTF-8")
    return decode_body(content, wanted)


def _injected(handler: Handler, parameters: Any, hints: dict[str, Any]) -> tuple[Handler, bool]:
    if not any(_is_injected(parameter, hints) for parameter in parameters):
        return handler, False
    return wrap_injection(
        func=handler,
        is_async=True,
        container_getter=lambda _, kwargs: kwargs.pop("_scope"),
    ), True


def _is_injected(parameter: inspect.Parameter, hints: dict[str, Any]) -> bool:
    hint = hints.get(parameter.name)
    return hint is not None and default_parse_dependency(parameter, hint) is not None


def _show(bound: Handler, handler: Handler, hidden: set[str], hints: dict[str, Any]) -> None:
    """Let Litestar see only what it is to provide: path parameters, headers and the request."""
    shown = [p for n, p in inspect.signature(handler).parameters.items() if n not in hidden]
    if all(parameter.name != "request" for parameter in shown):
        shown.append(inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=AnyRequest))
    wraps(handler)(bound)
    del bound.__wrapped__  # type: ignore[attr-defined]  # or inspect would look through it
    bound.__signature__ = inspect.Signature(shown, return_annotation=ASGIApp)  # type: ignore[attr-defined]
    bound.__annotations__ = {p.name: hints.get(p.name, AnyRequest) for p in shown if p.name != "self"}
    bound.__annotations__["return"] = ASGIApp


def _marker(hint: Any) -> Any:
    metadata = getattr(hint, "__metadata__", ())
    return next((BodyKwarg if isinstance(m, BodyKwarg) else m for m in metadata), None)


def _the_one(marked: dict[str, Any], mark: Any) -> str:
    return next((name for name, found in marked.items() if found is mark), "")


def _inner(hint: Any) -> Any:
    """The type under a marker, with the constraints it has of its own."""
    first, *rest = get_args(hint)
    kept = [each for each in rest if isinstance(each, msgspec.Meta)]
    return Annotated[(first, *kept)] if kept and get_origin(hint) is Annotated else first


def _operation_id(handler: Handler) -> str:
    owner = handler.__qualname__.split(".")[-2] if "." in handler.__qualname__ else ""
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", owner.removesuffix("Controller").strip("<>")).lower()
    return f"{words}_{handler.__name__}" if words and words != "locals" else handler.__name__


def _summary(handler: Handler) -> str:
    documented = (inspect.getdoc(handler) or "").partition("\n")[0].rstrip(".")
    return documented or handler.__name__.replace("_", " ").capitalize()
