"""One request and its answer, as the door sees them. Made by the shell, found by everything inside it."""

from collections.abc import Mapping
from typing import Any

from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.http.door import Door
from ecommerce.entrypoints.http.operation import Operation


class Exchange:
    """`extra` are headers for the answer, whatever it will be; `anonymous` callers sent no credentials."""

    __slots__ = (
        "anonymous",
        "body_read",
        "call",
        "door",
        "extra",
        "headers",
        "method",
        "operation",
        "path",
        "request_id",
        "template",
        "trace_id",
    )

    def __init__(
        self, door: Door, method: str, path: str, headers: Mapping[bytes, bytes], request_id: str
    ) -> None:
        self.door = door
        self.method = method
        self.path = path
        self.headers = headers
        self.request_id = request_id
        self.trace_id = ""
        self.call = Call()
        self.anonymous = True
        self.body_read = False
        self.operation: Operation | None = None
        self.template = ""
        self.extra: list[tuple[bytes, bytes]] = []

    def header(self, name: bytes) -> str | None:
        """The first value of a header, by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


def exchange_of(scope: Mapping[str, Any]) -> Exchange:
    found: Exchange = scope["state"]["exchange"]
    return found
