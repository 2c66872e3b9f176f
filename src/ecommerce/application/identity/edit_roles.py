"""Staff make roles of their own."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.role_rules import refuse_more_than_held
from ecommerce.application.identity.staff_ports import Authority, RoleBook
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.custom_role import (
    BUILT_IN,
    MOST_ROLES,
    BuiltInRole,
    Role,
    RoleInUse,
    RoleTaken,
)
from ecommerce.domain.identity.roles import ROLES, known_permissions
from ecommerce.domain.shared.kernel import Conflict, StaleVersion
from ecommerce.domain.shared.lines import one_line

PERMISSION = "roles:write"
LONGEST_DESCRIPTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWish:
    """`name` is of letters, digits and hyphens: the door sees to that."""

    name: str
    description: str
    permissions: Collection[str]


class RoleEditor:
    """Every change shows in every process within a second, for those who hold the role already, too.

    Raises `Forbidden` for whoever lacks the permission or one that they would give or take, `BuiltInRole`,
    `InvalidValue`, `NotFound`, `StaleVersion`.
    """

    def __init__(self, uow: UnitOfWork, book: RoleBook, authority: Authority, audit: AuditLog) -> None:
        self._uow = uow
        self._book = book
        self._authority = authority
        self._audit = audit

    async def every(self, actor: Actor) -> list[Role]:
        """By their names, built-in ones among them."""
        actor.require(PERMISSION)
        return sorted([*BUILT_IN.values(), *await self._book.every()], key=lambda role: role.name)

    async def show(self, name: str, actor: Actor) -> Role:
        actor.require(PERMISSION)
        return BUILT_IN[name] if name in ROLES else await self._book.find(name)

    async def create(self, wish: RoleWish, actor: Actor) -> Role:
        """Raises `RoleTaken` as well, and `Conflict` when there are too many."""
        actor.require(PERMISSION)
        role = _checked(wish)
        there = len(await self._book.every())
        async with self._uow.begin():
            if self._uow.resumed:
                return await self._book.lock(role.name)
            refuse_more_than_held(actor, role.permissions)
            if role.name in ROLES:
                raise RoleTaken("a role that is built in has this name")
            if there >= MOST_ROLES:
                raise Conflict(f"there are {MOST_ROLES} roles already, the most there may be")
            made = await self._book.add(role)
            await self._audit.record(actor, "identity.role_created", _target(made.name), None, _plain(made))
        self._authority.changed()
        return made

    async def replace(self, version: int | None, wish: RoleWish, actor: Actor) -> Role:
        """What it is already stays at its version."""
        actor.require(PERMISSION)
        checked = _checked(wish)
        async with self._uow.begin():
            before = await self._held(wish.name, None if self._uow.resumed else version)
            after = replace(before, description=checked.description, permissions=checked.permissions)
            if self._uow.resumed or after == before:
                return before
            refuse_more_than_held(actor, before.permissions ^ after.permissions)
            after = await self._book.replace(after)
            await self._audit.record(
                actor, "identity.role_changed", _target(before.name), _plain(before), _plain(after)
            )
        self._authority.changed()
        return after

    async def remove(self, name: str, version: int | None, actor: Actor) -> None:
        """Raises `RoleInUse` as well."""
        actor.require(PERMISSION)
        async with self._uow.begin():
            if self._uow.resumed:
                return
            before = await self._held(name, version)
            refuse_more_than_held(actor, before.permissions)
            if holders := await self._book.holders(name):
                raise RoleInUse(f"{holders} hold this role: take it from them first", holders=holders)
            await self._book.remove(name)
            await self._audit.record(actor, "identity.role_removed", _target(name), _plain(before), None)
        self._authority.changed()

    async def _held(self, name: str, version: int | None) -> Role:
        if name in ROLES:
            raise BuiltInRole("this role comes with the shop and can't be changed; make one of your own")
        held = await self._book.lock(name)
        if version not in (None, held.version):
            raise StaleVersion("this was changed since you read it; read it again")
        return held


def _checked(wish: RoleWish) -> Role:
    faults = Faults()
    description = faults.note(one_line, wish.description, LONGEST_DESCRIPTION, "/description", empty=True)
    permissions = faults.note(known_permissions, wish.permissions, "/permissions")
    faults.settle()
    return Role(name=wish.name, description=description, permissions=permissions)


def _target(name: str) -> str:
    return f"role:{name}"


def _plain(role: Role) -> dict[str, object]:
    return {"description": role.description, "permissions": sorted(role.permissions)}
