"""Staff: who has which roles."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.identity.change_roles import ChangeRoles, ChangeRolesHandler, roles_etag
from ecommerce.application.identity.edit_roles import PERMISSION
from ecommerce.application.identity.staff_ports import StaffMember, StaffRoster
from ecommerce.application.identity.views import User
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.listing import Part, Place
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.identity.custom_role import LastAdmin
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.etags import required
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import Links, Page
from ecommerce.entrypoints.http.parts import ListQuery, listed
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, get, put


class StaffQuery(ListQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`role`: only who has it."""

    role: Slug | None = None


class StaffRolesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    roles: Annotated[list[Slug], msgspec.Meta(max_length=50, examples=[["support"]])]


class AdminStaffController(Controller):
    path = "/admin/staff"
    tags = ("Admin: staff",)

    @get("/", policy=staff(PERMISSION), raises=(InvalidValue,))
    async def find(
        self,
        query: Query[StaffQuery],
        roster: FromDishka[StaffRoster],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[StaffMember]:
        """List everybody who has a role, the newest account first."""

        async def part(size: int, offset: int, place: Place | None) -> Part[StaffMember]:
            return await roster.page(size, offset, place, query.role)

        return await listed(
            "/admin/staff",
            query,
            cursors,
            links,
            part,
            lambda member: [str(member.id)],
            lambda member: member,
        )

    @get("/{account_id:uuid}", policy=staff(PERMISSION), raises=(NotFound,))
    async def show(self, account_id: FromPath[UUID], roster: FromDishka[StaffRoster]) -> Reply[StaffMember]:
        """Show somebody who has a role."""
        member = await roster.find(UserId(account_id))
        return Reply(member, etag=roles_etag(member.roles))

    @put(
        "/{account_id:uuid}/roles",
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(InvalidValue, NotFound, LastAdmin, StaleVersion, PreconditionRequired),
    )
    async def replace_roles(
        self,
        account_id: FromPath[UUID],
        data: JSONBody[StaffRolesBody],
        handler: FromDishka[ChangeRolesHandler],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[StaffMember]:
        """Give an account these roles and no others; none makes it a customer's. Who loses one is signed out.

        `If-Match: *` for an account that has none yet.
        """
        command = ChangeRoles(whose=UserId(account_id), roles=data.roles, if_match=required(if_match))
        member = _member(await handler(command, call.actor))
        return Reply(member, etag=roles_etag(member.roles))


def _member(user: User) -> StaffMember:
    return StaffMember(**{name: getattr(user, name) for name in StaffMember.__struct_fields__})
