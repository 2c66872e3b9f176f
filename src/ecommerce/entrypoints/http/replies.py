"""What a controller gives back when a bare struct doesn't say it all, and how it becomes bytes."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec
from litestar.types import Receive, Scope, Send

T = TypeVar("T")

_encode = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode
JSON = "application/json"
# RFC 6749, section 5.1: whatever holds a token is never kept.
NO_STORE = {"Cache-Control": "no-store"}


class Reply(Generic[T]):
    """A body with a status or headers of its own. `etag` is the version's bare text: it is quoted here."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        body: T,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
    ) -> None:
        self.body = body
        self.status = status
        self.headers = dict(headers or {})
        if etag is not None:
            self.headers["ETag"] = f'"{etag}"'


class RawReply:
    """A ready answer: an ASGI application that sends it."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def to_raw(result: Any, status: int) -> RawReply:
    """What a controller returned, as bytes. None is an answer without a body."""
    headers: Mapping[str, str] = {}
    if isinstance(result, RawReply):
        return result
    if isinstance(result, Reply):
        result, status, headers = result.body, result.status or status, result.headers
    if result is None:
        return RawReply(status, b"", headers)
    body = result if isinstance(result, bytes) else _encode(result)
    return RawReply(status, body, {"Content-Type": JSON, **headers})
