"""One HTTP/1.1 connection.

h11 speaks the protocol and this module owns the socket, because injected faults must be able to cut
a connection before or after the work, which no ASGI server lets an application do.
"""

import asyncio
import socket
import struct
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

import h11
import structlog

from ecommerce.adapters.sandbox.web.messages import Handler, HangUp, Request, Response, problem

BODY_LIMIT = 2 * 1024 * 1024
IDLE_SECONDS = 75.0
LAST_WORDS_SECONDS = 2.0
LINGER_RESET = struct.pack("ii", 1, 0)

log = structlog.get_logger()


class BadRequest(Exception):
    """The peer sent something that can't be read as a request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._http = h11.Connection(h11.SERVER)
        self.idle = True

    async def serve(self) -> None:
        """Answer requests until either side has had enough."""
        try:
            while await self._serve_one():
                self._http.start_next_cycle()
        except HangUp:
            self._reset()
        except OSError:  # gone, reset, or silent for too long
            log.debug("sandbox.peer_gone")
        finally:
            self._writer.close()

    async def _serve_one(self) -> bool:
        try:
            request = await self._read_request()
        except (BadRequest, h11.RemoteProtocolError) as error:
            status = error.status if isinstance(error, BadRequest) else error.error_status_hint
            if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                await self._send(problem(status, str(error)), head_only=False, close=True)
                await self._read_away()
            return False
        if request is None:
            return False
        self.idle = False
        try:
            response = await self._handler(request)
        except HangUp:
            raise
        except Exception:
            # The last line of defence: a bug in one call must not take the whole sandbox away.
            log.exception("sandbox.request_failed", method=request.method, path=request.path)
            response = problem(500, "The sandbox has a bug; its log tells more.")
        await self._send(response, head_only=request.method == "HEAD", close=False)
        self.idle = True
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _read_request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._write(h11.InformationalResponse(status_code=100, headers=[]))
                async with asyncio.timeout(IDLE_SECONDS):
                    data = await self._reader.read(65536)
                self._http.receive_data(data)
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > BODY_LIMIT:
                    raise BadRequest(413, "The body is too large.")
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return as_request(head, bytes(body))
            else:
                return None

    async def _read_away(self) -> None:
        """Let a peer that is still sending come to read the answer: closing now would reset it."""
        self._writer.write_eof()
        async with asyncio.timeout(LAST_WORDS_SECONDS):
            while await self._reader.read(65536):
                pass

    def _write(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)

    async def _send(self, response: Response, *, head_only: bool, close: bool) -> None:
        headers = list(response.headers)
        if response.status != HTTPStatus.NO_CONTENT:
            headers.append(("content-type", response.content_type))
            headers.append(("content-length", str(len(response.body))))
        if close:
            headers.append(("connection", "close"))
        reason = HTTPStatus(response.status).phrase if response.status in STATUSES else "Injected"
        events: list[h11.Event] = [
            h11.Response(status_code=response.status, headers=headers, reason=reason.encode()),
            h11.Data(data=b"" if head_only else response.body),
            h11.EndOfMessage(),
        ]
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        await self._writer.drain()

    def _reset(self) -> None:
        """Close so that the peer sees a reset, as of a process that died."""
        sock = self._writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        self._writer.transport.abort()

    def abandon(self) -> None:
        self._writer.transport.abort()


STATUSES = frozenset(int(status) for status in HTTPStatus)


def as_request(head: h11.Request, body: bytes) -> Request:
    raw_path, _, query = head.target.partition(b"?")
    if not raw_path.startswith(b"/"):
        raise BadRequest(400, "The request target must be a path.")
    try:
        path = unquote_to_bytes(raw_path).decode()
        text = query.decode("ascii")
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        method = head.method.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadRequest(400, "The request target is not UTF-8.") from error
    return Request(method, path, text, headers, body)
