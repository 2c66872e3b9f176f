"""The envelope of every list."""

from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 24
MAX_PAGE_SIZE = 100
COUNTED = 10_000


class Page(msgspec.Struct, Generic[T], frozen=True, omit_defaults=True):
    """`next` and `previous` are absolute URLs. `count` is exact unless `count_is_minimum`."""

    count: int
    next: str | None
    previous: str | None
    results: list[T]
    count_is_minimum: bool = False


class Links:
    """Absolute URLs of this shop's API."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")

    def absolute(self, path: str) -> str:
        return self._base + path

    def page(self, path: str, query: list[tuple[str, str]], cursor: str | None) -> str | None:
        """The list at `path` (`/api/v1/...`) under the same filters, going on at the cursor."""
        if cursor is None:
            return None
        kept: list[tuple[str, Any]] = [pair for pair in query if pair[0] not in ("page", "cursor")]
        return f"{self._base}{path}?{urlencode([*kept, ('cursor', cursor)])}"
