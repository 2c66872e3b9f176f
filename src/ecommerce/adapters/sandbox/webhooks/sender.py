"""Posts to webhook receivers over connections that it keeps open.

Under load most of the sandbox's work is telling the shop about events; a full HTTP client costs
three times as much for each, on the machine whose speed is being measured.
"""

import asyncio
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit

import h11

TIMEOUT_SECONDS = 15.0
REPLY_LIMIT = 1024 * 1024


class PostFailed(Exception):
    """No answer came; the message says in a word why."""


@dataclass(slots=True)
class Line:
    """One open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection


class Sender:
    def __init__(self) -> None:
        self._idle: dict[str, list[Line]] = {}
        # Receivers are on this machine, where self-signed certificates are usual.
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lines in self._idle.values():
            for line in lines:
                line.writer.close()
        self._idle.clear()

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Give the status of the answer; redirects are not followed. Raises `PostFailed`."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._post(urlsplit(url), headers, body)
        except (OSError, ValueError, h11.ProtocolError) as error:
            raise PostFailed(type(error).__name__) from error

    async def _post(self, url: SplitResult, headers: dict[str, str], body: bytes) -> int:
        idle = self._idle.setdefault(f"{url.scheme}://{url.netloc}", [])
        while idle:
            line = idle.pop()
            if not line.reader.at_eof():
                try:
                    return await self._exchange(line, url, headers, body, idle)
                except (ConnectionError, h11.RemoteProtocolError):
                    # It was closed while idle. Sending twice is what webhooks do anyway.
                    continue
            line.writer.close()
        return await self._exchange(await self._open(url), url, headers, body, idle)

    async def _open(self, url: SplitResult) -> Line:
        secure = url.scheme == "https"
        reader, writer = await asyncio.open_connection(
            url.hostname, url.port or (443 if secure else 80), ssl=self._tls if secure else None
        )
        return Line(reader, writer, h11.Connection(h11.CLIENT))

    async def _exchange(
        self, line: Line, url: SplitResult, headers: dict[str, str], body: bytes, idle: list[Line]
    ) -> int:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [
            ("host", url.netloc.rpartition("@")[2]),
            ("content-length", str(len(body))),
            *headers.items(),
        ]
        events = (
            h11.Request(method="POST", target=target, headers=lines),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        try:
            line.writer.write(b"".join(line.http.send(event) or b"" for event in events))
            await line.writer.drain()
            status = await self._read_status(line)
        except BaseException:
            line.writer.close()
            raise
        if line.http.our_state is h11.DONE and line.http.their_state is h11.DONE:
            line.http.start_next_cycle()
            idle.append(line)
        else:
            line.writer.close()
        return status

    async def _read_status(self, line: Line) -> int:
        status, size = 0, 0
        while True:
            event = line.http.next_event()
            if event is h11.NEED_DATA:
                line.http.receive_data(await line.reader.read(65536))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > REPLY_LIMIT:
                    raise ValueError("the reply is endless")
            elif isinstance(event, h11.EndOfMessage):
                return status
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("closed without an answer")
