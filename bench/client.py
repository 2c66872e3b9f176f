"""A keep-alive connection to a server on this machine: little more than a socket, so that on a machine with
two cores the driver leaves the server its own.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_NO_BODY = (204, 304)


class Answer(NamedTuple):
    status: int
    head: bytes
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """The value of a header by its lower-case name; empty where there is none."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.encode():
                return value.strip().decode("latin-1")
        return ""


class Disconnected(Exception):
    """The server closed a connection that was to be kept."""


class Connection(asyncio.Protocol):
    """One request at a time. Answers must tell their length, as ours all do."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, origin: str) -> "Connection":
        where = urlsplit(origin)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, where.hostname or "", where.port or 80)
        return connection

    async def send(self, request: bytes) -> Answer:
        if self._transport is None:
            raise Disconnected
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by their class

    def data_received(self, data: bytes) -> None:
        self._received += data
        answer = parse(self._received)
        if answer is not None and self._waiting is not None:
            self._received = b""
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Disconnected())


def parse(received: bytes) -> Answer | None:
    """The one answer in what has come so far, or None while it isn't whole."""
    end = received.find(_END)
    if end < 0:
        return None
    head = received[:end]
    status = int(head[9:12])
    low = head.lower()
    at = low.find(_LENGTH)
    length = int(low[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 and status not in _NO_BODY else 0
    body = received[end + len(_END) :]
    return Answer(status, head, body) if len(body) >= length else None


def request(
    method: str, path: str, body: object | None = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """A whole request as bytes: what is sent a thousand times is put together once."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    content = b""
    if body is not None:
        content = json.dumps(body).encode()
        lines.append("Content-Type: application/json")
    if body is not None or method != "GET":
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join(lines).encode() + _END + content
