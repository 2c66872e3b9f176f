"""The audit log, for those who may read it."""

from datetime import datetime
from typing import Annotated

import msgspec
from dishka import FromDishka
from litestar import Controller

from ecommerce.application.audit.ports import AuditEntries, AuditEntry, AuditFilter
from ecommerce.application.shared.listing import Part, Place
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import Links, Page
from ecommerce.entrypoints.http.parts import ListQuery, listed
from ecommerce.entrypoints.http.routing import Query, get

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class AuditQuery(ListQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Exact; `from` is included, `to` is not."""

    actor: Text | None = None
    action: Text | None = None
    target: Text | None = None
    since: Moment | None = msgspec.field(default=None, name="from")
    until: Moment | None = msgspec.field(default=None, name="to")

    def wanted(self) -> AuditFilter:
        return AuditFilter(
            actor=self.actor, action=self.action, target=self.target, since=self.since, until=self.until
        )


class AdminAuditController(Controller):
    path = "/admin/audit-log"
    tags = ("Admin: audit log",)

    @get("/", policy=staff("audit:read"), raises=(InvalidValue,))
    async def find(
        self,
        query: Query[AuditQuery],
        entries: FromDishka[AuditEntries],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[AuditEntry]:
        """List who changed what, the newest first."""

        async def part(size: int, offset: int, place: Place | None) -> Part[AuditEntry]:
            return await entries.page(size, offset, place, query.wanted())

        def place(entry: AuditEntry) -> list[str]:
            return [str(entry.number)]

        return await listed("/admin/audit-log", query, cursors, links, part, place, lambda entry: entry)
