"""The outermost layer: what every request and every answer has, whatever happens in between.

Plain ASGI, and careful with microseconds: it stands before cached answers that cost less than a log line.
"""

import re
from collections.abc import Callable
from time import perf_counter

import structlog
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Receive, Scope, Send
from uuid_utils import uuid7

from ecommerce.entrypoints.http.access_log import AccessLog
from ecommerce.entrypoints.http.answer import Answer
from ecommerce.entrypoints.http.body import discard_body
from ecommerce.entrypoints.http.client_address import ClientAddresses
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cors import Cors
from ecommerce.entrypoints.http.door import Door
from ecommerce.entrypoints.http.exchange import Exchange
from ecommerce.entrypoints.http.faults import ClientGone, HostNotAllowed
from ecommerce.entrypoints.http.gate import Gate
from ecommerce.entrypoints.http.hosts import AllowedHosts
from ecommerce.entrypoints.http.problems import reply_to
from ecommerce.entrypoints.http.replies import RawReply

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)
_CLIENT_CLOSED = 499
_bind = structlog.contextvars.bind_contextvars
_clear = structlog.contextvars.clear_contextvars
log = structlog.get_logger("http")


class Shell:
    """`door` is asked for at every request: it exists once the application has started."""

    def __init__(self, gate: Gate, config: HttpConfig, door: Callable[[], Door]) -> None:
        self._gate = gate
        self._door = door
        self._log = AccessLog(config.write_log)
        self._addresses = ClientAddresses(config.trusted_proxies)
        self._hosts = AllowedHosts(config.allowed_hosts, config.base_url, config.is_production)
        self._cors = Cors(config.cors_origins)
        self._always = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
        ]
        if config.env != "dev":
            self._always.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await send({"type": "websocket.close", "code": 1000, "reason": "there are no websockets here"})
            return
        began = perf_counter()
        head = scope["method"] == "HEAD"
        exchange = self._arrive(scope)
        answer = Answer(send, exchange, self._always, head)
        metrics, lifecycle = exchange.door.metrics, exchange.door.lifecycle
        metrics.in_flight.inc()
        lifecycle.in_flight += 1
        try:
            await self._serve(scope, receive, answer, exchange)
        finally:
            seconds = perf_counter() - began
            metrics.in_flight.dec()
            lifecycle.in_flight -= 1
            status = answer.status or _CLIENT_CLOSED
            metrics.note(exchange.template, exchange.method, status, seconds)
            self._log.note(exchange, status, seconds)
            _clear()

    def _arrive(self, scope: HTTPScope) -> Exchange:
        headers = dict(reversed(scope["headers"]))  # type: ignore[call-overload]  # servers give a list
        given = headers.get(b"x-request-id")
        request_id = given.decode() if given and _REQUEST_ID.fullmatch(given) else uuid7().hex
        if scope["method"] == "HEAD":
            scope["method"] = "GET"
        exchange = Exchange(self._door(), scope["method"], scope["path"], headers, request_id)
        peer = scope["client"]
        exchange.call.client_address = self._addresses.of(peer[0] if peer else "", scope["headers"])
        exchange.call.user_agent = headers.get(b"user-agent", b"").decode("latin-1")
        exchange.extra += self._cors.of(headers.get(b"origin"))
        trace = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
        _clear()
        if trace:
            exchange.trace_id = trace[1].decode()
            _bind(request_id=request_id, trace_id=exchange.trace_id)
        else:
            _bind(request_id=request_id)
        scope["state"]["exchange"] = exchange
        return exchange

    async def _serve(self, scope: HTTPScope, receive: Receive, answer: Answer, exchange: Exchange) -> None:
        try:
            self._check_host(exchange)
            if scope["method"] == "OPTIONS":
                await self._options(exchange, scope["path"])(scope, receive, answer)
            else:
                await self._gate(scope, receive, answer)
        except ClientGone:
            return
        except Exception as error:
            if answer.status:
                log.exception("http.answer_broken", route=exchange.template)
                raise
            reply = reply_to(error, exchange)
            await discard_body(exchange, receive)
            await reply(scope, receive, answer)

    def _check_host(self, exchange: Exchange) -> None:
        if not self._hosts.allow(exchange.headers.get(b"host", b"")):
            raise HostNotAllowed("this host is not served here")

    def _options(self, exchange: Exchange, path: str) -> RawReply:
        preflight = self._cors.preflight(exchange.headers.get(b"origin"))
        exchange.template = "preflight" if preflight else "options"
        exchange.extra += preflight
        return RawReply(204, b"", {} if preflight else {"Allow": self._gate.allowed(path)})
