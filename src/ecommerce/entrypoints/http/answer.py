"""The way out: adds to every answer what every answer has."""

from collections.abc import Sequence

from litestar.types import Message, Send

from ecommerce.entrypoints.http.exchange import Exchange

_NO_STORE = (b"cache-control", b"no-store")
_NOTHING_ALLOWED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class Answer:
    """An ASGI `send`. A HEAD's answer keeps its headers and loses its body."""

    __slots__ = ("_always", "_exchange", "_head", "_send", "status")

    def __init__(
        self, send: Send, exchange: Exchange, always: Sequence[tuple[bytes, bytes]], head: bool
    ) -> None:
        self._send = send
        self._exchange = exchange
        self._always = always
        self._head = head
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._complete(list(message["headers"]))
        elif self._head and message["type"] == "http.response.body":
            if message["more_body"]:
                return
            message["body"] = b""
        await self._send(message)

    def _complete(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        present = {name for name, _ in headers}
        headers.append((b"x-request-id", self._exchange.request_id.encode()))
        headers += self._exchange.extra
        headers += self._always
        if b"cache-control" not in present:
            headers.append(_NO_STORE)
        if b"content-security-policy" not in present:
            headers.append(_NOTHING_ALLOWED)
        return headers
