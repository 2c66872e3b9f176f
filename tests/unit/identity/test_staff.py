"""Custom roles, and who may give and take them."""

from dataclasses import replace
from uuid import uuid4

import pytest

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.adapters.memory.staff import (
    MemoryApiKeys,
    MemoryAuthority,
    MemoryRoleBook,
    MemoryStaffRoster,
)
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.application.identity.edit_roles import RoleEditor, RoleWish
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.identity.custom_role import (
    MOST_ROLES,
    BuiltInRole,
    LastAdmin,
    RoleInUse,
    RoleTaken,
)
from ecommerce.domain.identity.roles import EVERY_PERMISSION, PERMISSIONS
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Conflict, Forbidden, InvalidValue, NotFound, StaleVersion
from tests.contract.identity.conftest import new_account

pytestmark = pytest.mark.anyio
SYSTEM = Actor.system("test")
WISH = RoleWish(name="desk", description="Returns", permissions=["returns:write", "orders:read"])


class World:
    def __init__(self) -> None:
        self.uow, self.audit = MemoryUnitOfWork(), MemoryAuditLog()
        self.accounts = MemoryAccounts(MemoryOutbox(self.uow))
        self.book = MemoryRoleBook(self.accounts)
        authority = MemoryAuthority(self.book, MemoryApiKeys())
        self.editor = RoleEditor(self.uow, self.book, authority, self.audit)
        self.rules = RoleRules(self.book, MemoryStaffRoster(self.accounts))

    def somebody(self, email: str, *roles: str) -> UserId:
        account = new_account(email)
        account.roles = frozenset(roles)
        self.accounts.by_id[account.id] = account
        return account.id


def with_only(*permissions: str) -> Actor:
    return Actor(label="staff:x", permissions=frozenset({"roles:write", *permissions}))


async def test_roles_are_made_changed_and_removed_and_all_of_it_is_told() -> None:
    world = World()
    made = await world.editor.create(WISH, SYSTEM)
    assert (made.version, made.built_in) == (1, False)
    less = replace(WISH, permissions=["orders:read"])
    changed = await world.editor.replace(1, less, SYSTEM)
    assert (changed.version, changed.permissions) == (2, frozenset({"orders:read"}))
    assert (await world.editor.replace(2, less, SYSTEM)).version == 2
    with pytest.raises(StaleVersion):
        await world.editor.replace(1, WISH, SYSTEM)
    with pytest.raises(StaleVersion):
        await world.editor.remove("desk", 1, SYSTEM)
    await world.editor.remove("desk", 2, SYSTEM)
    with pytest.raises(NotFound):
        await world.editor.show("desk", SYSTEM)
    actions = [entry[1] for entry in world.audit.entries]
    assert actions == ["identity.role_created", "identity.role_changed", "identity.role_removed"]


async def test_built_in_roles_are_shown_but_never_changed() -> None:
    world = World()
    assert [role.name for role in await world.editor.every(SYSTEM)] == sorted(PERMISSIONS)
    assert (await world.editor.show("admin", SYSTEM)).permissions == EVERY_PERMISSION
    admin = replace(WISH, name="admin")
    with pytest.raises(RoleTaken):
        await world.editor.create(admin, SYSTEM)
    with pytest.raises(BuiltInRole):
        await world.editor.replace(None, admin, SYSTEM)
    with pytest.raises(BuiltInRole):
        await world.editor.remove("support", None, SYSTEM)


async def test_a_role_needs_a_name_of_its_own_and_permissions_that_exist() -> None:
    world = World()
    await world.editor.create(WISH, SYSTEM)
    with pytest.raises(RoleTaken):
        await world.editor.create(WISH, SYSTEM)
    with pytest.raises(InvalidValue, match="orders:reed, stock:all") as refused:
        await world.editor.create(
            replace(WISH, name="x", permissions=["orders:reed", "stock:all", "stock:read"]), SYSTEM
        )
    assert refused.value.pointer == "/permissions"
    for number in range(MOST_ROLES - 1):
        await world.editor.create(replace(WISH, name=f"r-{number}"), SYSTEM)
    with pytest.raises(Conflict, match="the most"):
        await world.editor.create(replace(WISH, name="one-more"), SYSTEM)


async def test_a_role_that_somebody_has_stays() -> None:
    world = World()
    await world.editor.create(WISH, SYSTEM)
    for name in ("a", "b"):
        world.somebody(f"{name}@example.com", "desk", "support")
    with pytest.raises(RoleInUse) as refused:
        await world.editor.remove("desk", None, SYSTEM)
    assert refused.value.data == {"holders": 2}


async def test_nobody_makes_or_changes_a_role_beyond_what_they_hold() -> None:
    world = World()
    clerk = with_only("orders:read")
    with pytest.raises(Forbidden, match="returns:write"):
        await world.editor.create(WISH, clerk)
    await world.editor.create(WISH, SYSTEM)
    for permissions in (["orders:read"], ["orders:read", "returns:write", "tax:write"]):
        with pytest.raises(Forbidden):
            await world.editor.replace(None, replace(WISH, permissions=permissions), clerk)
    with pytest.raises(Forbidden):
        await world.editor.remove("desk", None, clerk)
    # What they hold they may take away and give.
    taken = await world.editor.replace(None, replace(WISH, permissions=["returns:write"]), clerk)
    assert taken.permissions == {"returns:write"}
    with pytest.raises(Forbidden):
        await world.editor.create(replace(WISH, name="other"), Actor(account_id=UserId(uuid4())))


async def test_nobody_gives_or_takes_a_role_that_allows_more_than_they_may() -> None:
    world = World()
    await world.editor.create(WISH, SYSTEM)
    none: frozenset[str] = frozenset()
    clerk = with_only("orders:read", "returns:write")
    await world.rules.check(clerk, none, frozenset({"desk"}))
    await world.rules.check(clerk, frozenset({"admin"}), frozenset({"admin", "desk"}))
    for before, after in (
        (none, {"admin"}),
        ({"admin"}, none),
        (none, {"support"}),
        ({"desk"}, {"desk", "support"}),
    ):
        with pytest.raises(Forbidden, match="you don't hold"):
            await world.rules.check(clerk, frozenset(before), frozenset(after))
    # Whoever holds everything is as good as an admin.
    await world.rules.check(with_only(*EVERY_PERMISSION), none, frozenset({"admin"}))


async def test_roles_that_do_not_exist_can_only_be_taken() -> None:
    world = World()
    held = frozenset({"abolished"})
    await world.rules.check(with_only(), held, frozenset(), ["abolished"])
    for after, named in ((frozenset({"emperor"}), ()), (frozenset(), ("emperor",))):
        with pytest.raises(InvalidValue, match="no such role: emperor"):
            await world.rules.check(SYSTEM, frozenset(), after, named)


async def test_somebody_is_always_an_admin() -> None:
    world = World()
    admin, none = frozenset({"admin"}), frozenset[str]()
    one = world.somebody("one@example.com", "admin")
    world.somebody("clerk@example.com", "support")
    with pytest.raises(LastAdmin):
        await world.rules.check_leaving(one, admin, none)
    await world.rules.check_leaving(one, admin | {"support"}, admin)
    world.somebody("two@example.com", "admin")
    await world.rules.check_leaving(one, admin, none)
