"""Records that staff keep, over HTTP: a controller for each kind, declared in a few lines.

    AdminTaxZoneController = record_controller(
        "/admin/tax-zones", "tax zone", TaxZoneDefinition, TaxZoneEditor, read="tax:write"
    )

It lists, creates, shows, replaces and removes. A body is the kind's definition; what is shown is flat: the
id, the definition's fields, and when it was made and changed. The version is the ETag.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Generic
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import D, Edge, Listed, Record, RecordEditor, Records
from ecommerce.domain.shared.kernel import DomainError, InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.etags import required_version
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import COUNTED, DEFAULT_PAGE_SIZE, Links, Page
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, post, put

Show = Callable[[Record[D]], msgspec.Struct]
# What a kind's handlers take and return is known when they are made, and not before.
_RECORDS: Any = Records
_INJECTED: Any = FromDishka
_BODY: Any = JSONBody
_QUERY: Any = Query
_REPLY: Any = Reply
_PAGE: Any = Page


class RecordListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, msgspec.Meta(ge=1)] | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = DEFAULT_PAGE_SIZE
    cursor: str | None = None


class _Lists(Generic[D]):
    """Pages of a kind's records, the newest first."""

    def __init__(self, path: str, show: Show[D]) -> None:
        self._path = f"/api/v1{path}"
        self._show = show

    async def __call__(
        self, query: RecordListQuery, records: Records[D], cursors: Cursors, links: Links
    ) -> Page[msgspec.Struct]:
        size, offset = query.page_size, ((query.page or 1) - 1) * query.page_size
        if offset >= COUNTED:
            raise InvalidValue("follow `next` to what is that far down", pointer="/query/page")
        fingerprint = f"{self._path}:{size}"
        edge = None if query.cursor is None else _edge(cursors.decode(query.cursor, fingerprint))
        listed = await records.page(size, 0 if edge else offset, edge)

        def link(record: Record[D], backwards: bool) -> str | None:
            place = [backwards, record.created_at.isoformat(), str(record.id)]
            return links.page(self._path, [("page_size", str(size))], cursors.encode(place, fingerprint))

        return _page(listed, self._show, link)


def _page(
    listed: Listed[D], show: Show[D], link: Callable[[Record[D], bool], str | None]
) -> Page[msgspec.Struct]:
    shown = listed.records
    return Page(
        count=min(listed.count, COUNTED),
        next=link(shown[-1], False) if shown and listed.after else None,
        previous=link(shown[0], True) if shown and listed.before else None,
        results=[show(each) for each in shown],
        count_is_minimum=listed.count > COUNTED,
    )


def _edge(place: list[Any]) -> Edge:
    backwards, created_at, record_id = place
    return Edge(datetime.fromisoformat(created_at), UUID(record_id), backwards)


def record_controller(
    path: str,
    one: str,
    definition: type[D],
    editor: type[RecordEditor[D]],
    *,
    read: str,
    view: type[msgspec.Struct] | None = None,
    show: Show[D] | None = None,
    raises: tuple[type[DomainError], ...] = (),
) -> type[Controller]:
    """`one` is what a record is called (`tax zone`); operations are named after it (`admin_tax_zone_find`).

    `view` and `show` go together, where more is to be seen than the definition. `raises` are the errors of
    the kind's own check that are not `InvalidValue`.
    """
    if view is None or show is None:
        view, show = _flat(one, definition)
    tell, lists, write = show, _Lists(path, show), editor.permission
    owner = "Admin" + one.title().replace(" ", "")

    async def find(self: Any, query: Any, records: Any, cursors: Any, links: Any) -> Any:
        return await lists(query, records, cursors, links)

    async def create(self: Any, data: Any, edit: Any, call: Any) -> Any:
        return _reply(await edit.create(data, call.actor), tell)

    async def show_one(self: Any, record_id: Any, records: Any) -> Any:
        return _reply(await records.get(record_id), tell)

    async def replace(
        self: Any, record_id: Any, data: Any, edit: Any, call: Any, if_match: Any = None
    ) -> Any:
        version = required_version(if_match)
        return _reply(await edit.replace(record_id, version, data, call.actor), tell)

    async def remove(self: Any, record_id: Any, edit: Any, call: Any, if_match: Any = None) -> None:
        await edit.remove(record_id, required_version(if_match), call.actor)

    def named(handler: Any, name: str, summary: str, **hints: Any) -> Any:
        handler.__name__, handler.__qualname__ = name, f"{owner}Controller.{name}"
        handler.__doc__ = summary
        handler.__annotations__ = hints
        return handler

    records, editing = _INJECTED[_RECORDS[definition]], _INJECTED[editor]
    reply, body, call = _REPLY[view], _BODY[definition], _INJECTED[Call]
    stale = (NotFound, StaleVersion, PreconditionRequired)
    routes: dict[str, Any] = {
        "find": get("/", policy=staff(read), raises=(InvalidValue,))(
            named(
                find,
                "find",
                f"List every {one}, the newest first.",
                query=_QUERY[RecordListQuery],
                records=records,
                cursors=_INJECTED[Cursors],
                links=_INJECTED[Links],
                **{"return": _PAGE[view]},
            )
        ),
        "create": post("/", status=201, policy=staff(write), idempotent=True, raises=(InvalidValue, *raises))(
            named(
                create,
                "create",
                f"Add a {one}.",
                data=body,
                edit=editing,
                call=call,
                **{"return": reply},
            )
        ),
        "show": get("/{record_id:uuid}", policy=staff(read), raises=(NotFound,))(
            named(
                show_one,
                "show",
                f"Show a {one}.",
                record_id=FromPath[UUID],
                records=records,
                **{"return": reply},
            )
        ),
        "replace": put(
            "/{record_id:uuid}",
            policy=staff(write),
            idempotent=True,
            raises=(InvalidValue, *stale, *raises),
        )(
            named(
                replace,
                "replace",
                f"Replace a {one} as a whole.",
                record_id=FromPath[UUID],
                data=body,
                edit=editing,
                call=call,
                if_match=IfMatch,
                **{"return": reply},
            )
        ),
        "remove": delete("/{record_id:uuid}", policy=staff(write), idempotent=True, raises=(*stale, *raises))(
            named(
                remove,
                "remove",
                f"Remove a {one}.",
                record_id=FromPath[UUID],
                edit=editing,
                call=call,
                if_match=IfMatch,
                **{"return": type(None)},
            )
        ),
    }
    about = {"path": path, "tags": (f"Admin: {one}s",), "__module__": __name__}
    return type(f"{owner}Controller", (Controller,), {**about, **routes})


def _reply(record: Record[D], show: Show[D]) -> Reply[msgspec.Struct]:
    return Reply(show(record), etag=str(record.version))


def _flat(one: str, definition: type[D]) -> tuple[type[msgspec.Struct], Show[D]]:
    """The id, the definition's fields, and the times."""
    fields = msgspec.structs.fields(definition)
    view = msgspec.defstruct(
        one.title().replace(" ", "") + "View",
        [
            ("id", UUID),
            *((field.name, field.type) for field in fields),
            ("created_at", datetime),
            ("updated_at", datetime),
        ],
        frozen=True,
        module=__name__,
    )

    def show(record: Record[D]) -> msgspec.Struct:
        values = (getattr(record.definition, field.name) for field in fields)
        return view(record.id, *values, record.created_at, record.updated_at)

    return view, show
