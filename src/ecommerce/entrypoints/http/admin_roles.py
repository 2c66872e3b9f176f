"""Roles: those that come with the shop, and those that it makes for itself."""

from datetime import datetime
from typing import Annotated

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.identity.edit_roles import (
    LONGEST_DESCRIPTION,
    PERMISSION,
    RoleEditor,
    RoleWish,
)
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.listing import Part, Place
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.identity.custom_role import BuiltInRole, Role, RoleInUse, RoleTaken
from ecommerce.domain.shared.kernel import Conflict, InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.etags import required_version
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import Links, Page
from ecommerce.entrypoints.http.parts import ListQuery, listed
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, post, put

Permissions = Annotated[
    list[Annotated[str, msgspec.Meta(max_length=64)]],
    msgspec.Meta(max_length=100, examples=[["orders:read", "orders:refund"]]),
]
Description = Annotated[str, msgspec.Meta(max_length=LONGEST_DESCRIPTION)]


class RoleView(msgspec.Struct, frozen=True):
    """What is built in has no times and can't be changed."""

    name: str
    description: str
    permissions: list[str]
    built_in: bool
    created_at: datetime | None
    updated_at: datetime | None


class NewRoleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[Slug, msgspec.Meta(examples=["returns-desk"])]
    permissions: Permissions
    description: Description = ""


class RoleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    permissions: Permissions
    description: Description = ""


class AdminRoleController(Controller):
    path = "/admin/roles"
    tags = ("Admin: staff",)

    @get("/", policy=staff(PERMISSION), raises=(InvalidValue,))
    async def find(
        self,
        query: Query[ListQuery],
        editor: FromDishka[RoleEditor],
        call: FromDishka[Call],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[RoleView]:
        """List every role by its name, built-in ones among them."""
        every = await editor.every(call.actor)

        async def part(size: int, offset: int, place: Place | None) -> Part[Role]:
            return _part(every, size, offset, place)

        return await listed("/admin/roles", query, cursors, links, part, lambda role: [role.name], _view)

    @post(
        "/",
        status=201,
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(InvalidValue, RoleTaken, Conflict),
    )
    async def create(
        self, data: JSONBody[NewRoleBody], editor: FromDishka[RoleEditor], call: FromDishka[Call]
    ) -> Reply[RoleView]:
        """Make a role, of permissions that you hold yourself."""
        wish = RoleWish(name=data.name, description=data.description, permissions=data.permissions)
        return _reply(await editor.create(wish, call.actor))

    @get("/{name:str}", policy=staff(PERMISSION), raises=(NotFound,))
    async def show(
        self, name: FromPath[str], editor: FromDishka[RoleEditor], call: FromDishka[Call]
    ) -> Reply[RoleView]:
        """Show a role."""
        return _reply(await editor.show(name, call.actor))

    @put(
        "/{name:str}",
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(InvalidValue, NotFound, BuiltInRole, StaleVersion, PreconditionRequired),
    )
    async def replace(
        self,
        name: FromPath[str],
        data: JSONBody[RoleBody],
        editor: FromDishka[RoleEditor],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[RoleView]:
        """Change what a role allows: it holds for everybody who has it within a second."""
        wish = RoleWish(name=name, description=data.description, permissions=data.permissions)
        return _reply(await editor.replace(required_version(if_match), wish, call.actor))

    @delete(
        "/{name:str}",
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(NotFound, BuiltInRole, RoleInUse, StaleVersion, PreconditionRequired),
    )
    async def remove(
        self,
        name: FromPath[str],
        editor: FromDishka[RoleEditor],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> None:
        """Remove a role that nobody has."""
        await editor.remove(name, required_version(if_match), call.actor)


def _part(every: list[Role], size: int, offset: int, place: Place | None) -> Part[Role]:
    """There are few enough of them to be read at once."""
    start, end = offset, offset + size
    if place is not None:
        (name,) = place.keys
        before = sum(role.name < name for role in every)
        upto = sum(role.name <= name for role in every)
        start, end = (max(0, before - size), before) if place.backwards else (upto, upto + size)
    return Part(every[start:end], len(every), before=start > 0, after=end < len(every))


def _view(role: Role) -> RoleView:
    return RoleView(
        role.name,
        role.description,
        sorted(role.permissions),
        role.built_in,
        role.created_at,
        role.updated_at,
    )


def _reply(role: Role) -> Reply[RoleView]:
    return Reply(_view(role), etag=str(role.version))
