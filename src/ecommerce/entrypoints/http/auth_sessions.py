"""Where a person is signed in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath

from ecommerce.application.identity.devices import DeviceSession, SessionPosition
from ecommerce.application.identity.end_other_sessions import EndOtherSessionsHandler
from ecommerce.application.identity.end_session import EndSession, EndSessionHandler
from ecommerce.application.identity.list_sessions import ListSessions, ListSessionsHandler
from ecommerce.application.shared.call import Call
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, Unauthenticated
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.operation import CUSTOMER
from ecommerce.entrypoints.http.pages import COUNTED, DEFAULT_PAGE_SIZE, Links, Page
from ecommerce.entrypoints.http.routing import Query, delete, get

_PATH = "/api/v1/auth/sessions"


class SessionListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, msgspec.Meta(ge=1)] | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = DEFAULT_PAGE_SIZE
    cursor: str | None = None


class SessionController(Controller):
    path = "/auth/sessions"
    tags = ("Authentication",)

    @get("/", policy=CUSTOMER, raises=(InvalidValue,))
    async def mine(
        self,
        query: Query[SessionListQuery],
        handler: FromDishka[ListSessionsHandler],
        call: FromDishka[Call],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[DeviceSession]:
        """List the devices you are signed in with, the latest sign-in first."""
        size, page = query.page_size, query.page or 1
        if (page - 1) * size >= COUNTED:
            raise InvalidValue("follow `next` to get this far", pointer="/query/page")
        fingerprint = f"sessions:{call.actor.require_account()}:{size}"
        position = None
        if query.cursor is not None:
            position = _position(cursors.decode(query.cursor, fingerprint))
        found = await handler(
            ListSessions(size=size, most=COUNTED, position=position, offset=(page - 1) * size), call.actor
        )
        back = position is not None and position.backwards
        has_next = found.more or back
        has_previous = page > 1 or (found.more if back else position is not None)

        def link(session: DeviceSession, backwards: bool) -> str | None:
            cursor = cursors.encode([session.created_at.isoformat(), str(session.id), backwards], fingerprint)
            return links.page(_PATH, [("page_size", str(size))], cursor)

        shown = found.sessions
        return Page(
            count=min(found.count, COUNTED),
            next=link(shown[-1], False) if has_next and shown else None,
            previous=link(shown[0], True) if has_previous and shown else None,
            results=shown,
            count_is_minimum=found.count > COUNTED,
        )

    @delete("/", policy=CUSTOMER, raises=(Unauthenticated,))
    async def end_others(self, handler: FromDishka[EndOtherSessionsHandler], call: FromDishka[Call]) -> None:
        """Sign out everywhere but here."""
        await handler(call.actor)

    @delete("/{session_id:uuid}", policy=CUSTOMER, raises=(NotFound,))
    async def end(
        self, session_id: FromPath[UUID], handler: FromDishka[EndSessionHandler], call: FromDishka[Call]
    ) -> None:
        """Sign out one of your devices. Its tokens stop working within a second."""
        await handler(EndSession(session_id), call.actor)


def _position(payload: list[Any]) -> SessionPosition:
    created_at, session_id, backwards = payload
    return SessionPosition(
        created_at=datetime.fromisoformat(created_at), session_id=UUID(session_id), backwards=backwards
    )
