"""Pages of lists that are read in parts: cursors and links around what a port returns."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import msgspec

from ecommerce.application.shared.listing import Part, Place
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.pages import COUNTED, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Links, Page

R = TypeVar("R")
V = TypeVar("V")


class ListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lists with filters inherit from it; every other field is one."""

    page: Annotated[int, msgspec.Meta(ge=1)] | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE_SIZE)] = DEFAULT_PAGE_SIZE
    cursor: str | None = None

    def filters(self) -> list[tuple[str, str]]:
        """As they were asked for, times in one form."""
        given = msgspec.to_builtins(self)
        others = (name for name in given if name not in ("page", "page_size", "cursor"))
        return [(name, str(given[name])) for name in others if given[name] is not None]


async def listed(
    path: str,
    query: ListQuery,
    cursors: Cursors,
    links: Links,
    find: Callable[[int, int, Place | None], Awaitable[Part[R]]],
    keys: Callable[[R], Sequence[str]],
    show: Callable[[R], V],
) -> Page[V]:
    """`path` is below the API; `keys` are what a row is sorted by. Raises `InvalidValue`."""
    size, offset = query.page_size, ((query.page or 1) - 1) * query.page_size
    if offset >= COUNTED:
        raise InvalidValue("follow `next` to what is that far down", pointer="/query/page")
    path = f"/api/v1{path}"
    kept = [*query.filters(), ("page_size", str(size))]
    fingerprint = f"{path}?{urlencode(kept)}"
    place = None if query.cursor is None else _place(cursors.decode(query.cursor, fingerprint))
    part = await find(size, 0 if place else offset, place)

    def link(row: R, backwards: bool) -> str | None:
        return links.page(path, kept, cursors.encode([backwards, *keys(row)], fingerprint))

    rows = part.rows
    return Page(
        count=min(part.count, COUNTED),
        next=link(rows[-1], False) if rows and part.after else None,
        previous=link(rows[0], True) if rows and part.before else None,
        results=[show(row) for row in rows],
        count_is_minimum=part.count > COUNTED,
    )


def _place(decoded: list[Any]) -> Place:
    backwards, *keys = decoded
    return Place(keys, backwards)
