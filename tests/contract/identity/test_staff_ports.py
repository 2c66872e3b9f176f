"""Roles, staff, keys and what they allow: kept by the fakes and by PostgreSQL alike."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.adapters.memory.staff import (
    MemoryApiKeys,
    MemoryAuthority,
    MemoryRoleBook,
    MemoryStaffRoster,
)
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.identity.accounts import PgAccounts
from ecommerce.adapters.postgres.identity.api_keys import PgApiKeys
from ecommerce.adapters.postgres.identity.authority import PgAuthority
from ecommerce.adapters.postgres.identity.roles import PgRoleBook
from ecommerce.adapters.postgres.identity.staff import PgStaffRoster
from ecommerce.adapters.postgres.outbox import PgOutbox
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.identity.staff_ports import ApiKeys, Authority, RoleBook, StaffRoster
from ecommerce.application.shared.listing import Place
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.api_key import ApiKey
from ecommerce.domain.identity.custom_role import Role, RoleTaken
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound
from tests.contract.identity.conftest import new_account

pytestmark = pytest.mark.anyio
DESK = Role(name="desk", description="Returns", permissions=frozenset({"returns:write"}))
DIGEST = hashlib.sha256(b"a key").digest()


@dataclass
class Staff:
    uow: UnitOfWork
    accounts: Accounts
    roles: RoleBook
    roster: StaffRoster
    keys: ApiKeys
    authority: Authority

    async def somebody(self, email: str, *roles: str) -> UserId:
        account = new_account(email)
        async with self.uow.begin():
            await self.accounts.add(account)
            account.grant(roles)
            await self.accounts.save(account)
        return account.id

    async def role(self, role: Role = DESK) -> Role:
        async with self.uow.begin():
            return await self.roles.add(role)

    async def key(self, digest: bytes = DIGEST, expires_in: timedelta | None = None) -> ApiKey:
        key = ApiKey(
            id=Uuid7Ids().new(),
            name="ERP",
            prefix="sk_12345678",
            scopes=frozenset({"stock:read"}),
            version=1,
            created_by="staff:x",
            created_at=datetime.now(UTC),
            expires_at=None if expires_in is None else datetime.now(UTC) + expires_in,
        )
        async with self.uow.begin():
            return await self.keys.add(key, digest)


@pytest.fixture
def memory() -> Staff:
    uow = MemoryUnitOfWork()
    accounts, keys = MemoryAccounts(MemoryOutbox(uow)), MemoryApiKeys()
    book = MemoryRoleBook(accounts)
    return Staff(uow, accounts, book, MemoryStaffRoster(accounts), keys, MemoryAuthority(book, keys))


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Staff]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow, authority = PgUnitOfWork(database, Doorbell(database)), PgAuthority(database)
    authority.start()
    yield Staff(
        uow,
        PgAccounts(database, uow, PgOutbox(uow)),
        PgRoleBook(database, uow),
        PgStaffRoster(database, uow),
        PgApiKeys(database, uow),
        authority,
    )
    await authority.stop()
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest) -> Staff:
    return cast(Staff, request.getfixturevalue(request.param))


async def test_a_role_is_kept_by_its_name(ports: Staff) -> None:
    made = await ports.role()
    assert (made.version, made.permissions, made.built_in) == (1, frozenset({"returns:write"}), False)
    with pytest.raises(RoleTaken):
        await ports.role()
    await ports.role(replace(DESK, name="another"))
    assert [role.name for role in await ports.roles.every()] == ["another", "desk"]
    async with ports.uow.begin():
        await ports.roles.lock("desk")
        changed = await ports.roles.replace(replace(made, permissions=frozenset({"orders:read"})))
    assert (changed.version, changed.permissions) == (2, frozenset({"orders:read"}))
    assert await ports.roles.find("desk") == changed
    async with ports.uow.begin():
        held = await ports.roles.hold(["desk", "unknown"])
        await ports.roles.remove("another")
    assert held == {"desk": {"orders:read"}}
    with pytest.raises(NotFound):
        await ports.roles.find("another")
    with pytest.raises(NotFound):
        async with ports.uow.begin():
            await ports.roles.lock("another")


async def test_holders_and_admins_are_counted(ports: Staff) -> None:
    await ports.role()
    first = await ports.somebody("a@example.com", "admin", "desk")
    await ports.somebody("b@example.com", "desk", "support")
    customer = await ports.somebody("c@example.com")
    async with ports.uow.begin():
        assert await ports.roles.holders("desk") == 2
        assert await ports.roles.holders("desks") == 0
        assert await ports.roster.other_admins(first) == 0
        assert await ports.roster.other_admins(customer) == 1
    assert (await ports.roster.find(first)).roles == ["admin", "desk"]
    for stranger in (customer, UserId(uuid4())):
        with pytest.raises(NotFound):
            await ports.roster.find(stranger)


async def test_an_account_is_locked_by_its_id(ports: Staff) -> None:
    somebody = await ports.somebody("a@example.com", "support")
    async with ports.uow.begin():
        assert (await ports.accounts.lock_id(somebody)).roles == {"support"}
        with pytest.raises(NotFound):
            await ports.accounts.lock_id(UserId(uuid4()))


async def test_staff_are_walked_both_ways(ports: Staff) -> None:
    ids = [str(await ports.somebody(f"{n}@example.com", "support" if n % 2 else "admin")) for n in range(5)]
    await ports.somebody("customer@example.com")
    newest = ids[::-1]

    async def page(size: int, offset: int = 0, place: Place | None = None, role: str | None = None):  # type: ignore[no-untyped-def]
        part = await ports.roster.page(size, offset, place, role)
        return [str(each.id) for each in part.rows], part.count, part.before, part.after

    assert await page(10) == (newest, 5, False, False)
    assert await page(2) == (newest[:2], 5, False, True)
    assert await page(2, 2) == (newest[2:4], 5, True, True)
    assert await page(2, place=Place([newest[1]])) == (newest[2:4], 5, True, True)
    assert await page(2, place=Place([newest[3]])) == (newest[4:], 5, True, False)
    assert await page(2, place=Place([newest[4]], backwards=True)) == (newest[2:4], 5, True, True)
    assert await page(2, place=Place([newest[2]], backwards=True)) == (newest[:2], 5, False, True)
    assert await page(10, role="support") == (newest[1::2], 2, False, False)
    assert await page(10, role="nobody") == ([], 0, False, False)


async def test_keys_are_kept_changed_and_revoked(ports: Staff) -> None:
    made = await ports.key()
    assert (made.version, made.last_used_at, made.revoked_at) == (1, None, None)
    assert await ports.keys.find(made.id) == made
    end = datetime(2126, 1, 1, tzinfo=UTC)
    async with ports.uow.begin():
        assert await ports.keys.lock(made.id) == made
        assert await ports.keys.among([uuid4(), made.id]) == made
        assert await ports.keys.among([uuid4()]) is None
        changed = await ports.keys.change(made.id, "Till", end)
        revoked = await ports.keys.revoke(made.id)
    assert (changed.name, changed.expires_at, changed.version) == ("Till", end, 2)
    assert (revoked.revoked_at is not None, revoked.version) == (True, 3)
    with pytest.raises(NotFound):
        await ports.keys.find(UUID(int=1))


async def test_keys_are_walked_the_newest_first(ports: Staff) -> None:
    keys = [await ports.key(bytes([n]) * 32) for n in range(3)][::-1]
    first = await ports.keys.page(2, 0, None)
    assert ([each.id for each in first.rows], first.count, first.after) == (
        [each.id for each in keys[:2]],
        3,
        True,
    )
    place = [first.rows[-1].created_at.isoformat(), str(first.rows[-1].id)]
    rest = await ports.keys.page(2, 0, Place(place))
    assert [each.id for each in rest.rows] == [keys[2].id]
    assert (rest.before, rest.after) == (True, False)


async def test_custom_roles_allow_what_they_say_now(ports: Staff) -> None:
    assert await ports.authority.permissions_of(["desk"]) == frozenset()
    role = await ports.role()
    ports.authority.changed()
    both = await ports.authority.permissions_of(["desk", "warehouse", "abolished"])
    assert both >= {"returns:write", "stock:write"}
    async with ports.uow.begin():
        await ports.roles.lock("desk")
        await ports.roles.replace(replace(role, permissions=frozenset()))
    ports.authority.changed()
    assert await ports.authority.permissions_of(["desk"]) == frozenset()


async def test_a_good_key_is_known_and_its_use_is_told(ports: Staff) -> None:
    assert await ports.authority.key(DIGEST) is None
    made = await ports.key()
    assert not ports.authority.has_seen(DIGEST)
    good = await ports.authority.key(DIGEST)
    assert good is not None
    assert (good.id, good.scopes) == (made.id, frozenset({"stock:read"}))
    assert ports.authority.has_seen(DIGEST)
    await asyncio.sleep(1)
    used = await ports.keys.find(made.id)
    assert used.last_used_at is not None
    assert used.version == 1


async def test_a_key_that_was_revoked_or_is_over_is_none(ports: Staff) -> None:
    revoked = await ports.key(b"r" * 32)
    await ports.key(b"o" * 32, timedelta(seconds=0.6))
    for digest in (b"r" * 32, b"o" * 32):
        assert await ports.authority.key(digest) is not None
    async with ports.uow.begin():
        await ports.keys.revoke(revoked.id)
    ports.authority.changed()
    assert await ports.authority.key(b"r" * 32) is None
    await asyncio.sleep(0.7)
    assert await ports.authority.key(b"o" * 32) is None
