"""A request's body as bytes: read whole and bounded, or thrown away."""

import asyncio

from litestar.types import Receive

from ecommerce.entrypoints.http.exchange import Exchange
from ecommerce.entrypoints.http.faults import ClientGone, PayloadTooLarge
from ecommerce.entrypoints.http.operation import Operation

_DISCARDED_AT_MOST = 16_000_000
_DISCARD_SECONDS = 2.0


async def read_body(exchange: Exchange, receive: Receive, operation: Operation) -> bytes:
    """The whole body, if there is one. Raises `PayloadTooLarge` as soon as it is longer than allowed."""
    if not has_body(exchange):
        return b""
    most = operation.max_body or exchange.door.config.max_body
    chunks, size = [], 0
    while True:
        chunk, more = await _next(receive)
        size += len(chunk)
        exchange.body_read = not more
        if size > most:
            raise PayloadTooLarge(f"the body is larger than {most} bytes")
        chunks.append(chunk)
        if not more:
            return b"".join(chunks)


async def discard_body(exchange: Exchange, receive: Receive) -> None:
    """Let a caller whom we refuse finish sending: a connection that is closed under its hands is reset, and
    the answer that says why is lost.
    """
    if exchange.body_read or not has_body(exchange):
        return
    size, more = 0, True
    try:
        async with asyncio.timeout(_DISCARD_SECONDS):
            while more and size < _DISCARDED_AT_MOST:
                chunk, more = await _next(receive)
                size += len(chunk)
    except TimeoutError:
        return  # slow, or malicious: it has had its chance


def has_body(exchange: Exchange) -> bool:
    headers = exchange.headers
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    chunk: bytes = message.get("body", b"")  # type: ignore[assignment]  # an http.request has bytes
    return chunk, bool(message.get("more_body", False))
