"""Requests and answers as the sandbox's doors see them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

Headers: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, read whole. Header names are lower case; the path is percent-decoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Headers = field(default_factory=list)


class HangUp(Exception):
    """The connection is to be cut without an answer."""


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


def json_response(value: Any, status: int = 200, headers: Headers | None = None) -> Response:
    return Response(status, msgspec.json.encode(value), "application/json", headers or [])


def problem(status: int, message: str) -> Response:
    return json_response({"error": {"message": message}}, status)
