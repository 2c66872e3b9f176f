"""The sandbox's own doors: control, mailbox, pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs

import msgspec

from ecommerce.adapters.sandbox.web.messages import Request, Response

Body = TypeVar("Body")


class Refused(Exception):
    """The request makes no sense; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Door:
    """`guarded` ones need the token: all that change something, but for those that carry their own."""

    method: str
    path: str
    serve: Callable[[Request, dict[str, str]], Response]
    guarded: bool = False


def read_json(request: Request, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"The body can't be read: {error}") from error


def query_value(request: Request, name: str) -> str | None:
    values = parse_qs(request.query).get(name)
    return values[-1] if values else None
