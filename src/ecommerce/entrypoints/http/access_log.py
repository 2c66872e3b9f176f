"""One line of JSON a request, written as ready bytes by a queue: no address, e-mail or token in it."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from ecommerce.entrypoints.http.exchange import Exchange

_encode = msgspec.json.Encoder().encode


class AccessLine(msgspec.Struct, frozen=True, omit_defaults=True):
    event: str
    level: str
    timestamp: datetime
    request_id: str
    method: str
    route: str
    status: int
    duration_ms: float
    actor: str
    trace_id: str = ""


class AccessLog:
    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def note(self, exchange: Exchange, status: int, seconds: float) -> None:
        level = "error" if status >= 500 else "info"
        line = AccessLine(
            "http.request",
            level,
            datetime.now(UTC),
            exchange.request_id,
            exchange.method,
            exchange.template,
            status,
            round(seconds * 1000, 2),
            exchange.call.actor.label,
            exchange.trace_id,
        )
        self._write(_encode(line))
