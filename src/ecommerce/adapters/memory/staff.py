"""Roles, staff, keys and what they allow, in dicts: the same promises as the adapters for PostgreSQL."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.application.identity.staff_ports import GoodKey, StaffMember
from ecommerce.application.shared.listing import Part, Place
from ecommerce.application.shared.records import COUNTED
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.api_key import ApiKey
from ecommerce.domain.identity.custom_role import Role, RoleTaken
from ecommerce.domain.identity.roles import ADMIN, EVERY_PERMISSION, permissions_of
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

T = TypeVar("T")


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def part_of(
    rows: Sequence[T], keys: Callable[[T], Sequence[Any]], size: int, offset: int, place: Place | None
) -> Part[T]:
    """`rows` in their order, the greatest keys first."""
    start, end = offset, offset + size
    if place is not None:
        at = list(place.keys)
        newer = sum(1 for row in rows if list(keys(row)) > at)
        if place.backwards:
            start, end = max(0, newer - size), newer
        else:
            start = sum(1 for row in rows if list(keys(row)) >= at)
            end = start + size
    before = start > 0 or (place is not None and not place.backwards)
    after = end < len(rows) or (place is not None and place.backwards)
    return Part(rows[start:end], min(len(rows), COUNTED + 1), before=before, after=after)


@dataclass
class MemoryRoleBook:
    accounts: MemoryAccounts
    clock: Callable[[], datetime] = _wall_clock
    roles: dict[str, Role] = field(default_factory=dict)

    async def every(self) -> list[Role]:
        return [self.roles[name] for name in sorted(self.roles)]

    async def find(self, name: str) -> Role:
        if name not in self.roles:
            raise NotFound("there is no such role")
        return self.roles[name]

    async def lock(self, name: str) -> Role:
        return await self.find(name)

    async def hold(self, names: Collection[str]) -> Mapping[str, frozenset[str]]:
        return {name: self.roles[name].permissions for name in names if name in self.roles}

    async def add(self, role: Role) -> Role:
        if role.name in self.roles:
            raise RoleTaken("there is a role with this name already")
        self.roles[role.name] = replace(role, version=1, created_at=self.clock(), updated_at=self.clock())
        return self.roles[role.name]

    async def replace(self, role: Role) -> Role:
        held = await self.find(role.name)
        self.roles[role.name] = replace(
            held,
            description=role.description,
            permissions=role.permissions,
            version=held.version + 1,
            updated_at=self.clock(),
        )
        return self.roles[role.name]

    async def remove(self, name: str) -> None:
        self.roles.pop(name, None)

    async def holders(self, name: str) -> int:
        return sum(name in account.roles for account in self.accounts.by_id.values())


@dataclass
class MemoryStaffRoster:
    accounts: MemoryAccounts

    async def page(self, size: int, offset: int, place: Place | None, role: str | None) -> Part[StaffMember]:
        found = [
            _member(each)
            for each in self.accounts.by_id.values()
            if self._is_staff(each) and (role is None or role in each.roles)
        ]
        found.sort(key=lambda member: str(member.id), reverse=True)
        return part_of(found, lambda member: [str(member.id)], size, offset, place)

    async def find(self, account_id: UserId) -> StaffMember:
        account = self.accounts.by_id.get(account_id)
        if account is None or not self._is_staff(account):
            raise NotFound("nobody of the staff has this id")
        return _member(account)

    async def other_admins(self, account_id: UserId) -> int:
        others = (each for each in self.accounts.by_id.values() if each.id != account_id)
        return sum(ADMIN in each.roles for each in others if self._is_staff(each))

    def _is_staff(self, account: Account) -> bool:
        return bool(account.roles) and account.id not in self.accounts.closed


def _member(account: Account) -> StaffMember:
    return StaffMember(
        id=account.id,
        email=account.email.text,
        first_name=account.first_name,
        last_name=account.last_name,
        roles=sorted(account.roles),
        created_at=account.created_at,
    )


@dataclass
class MemoryApiKeys:
    clock: Callable[[], datetime] = _wall_clock
    keys: dict[UUID, ApiKey] = field(default_factory=dict)
    digests: dict[bytes, UUID] = field(default_factory=dict)

    async def page(self, size: int, offset: int, place: Place | None) -> Part[ApiKey]:
        def keys(key: ApiKey) -> list[str]:
            return [key.created_at.isoformat(), str(key.id)]

        return part_of(sorted(self.keys.values(), key=keys, reverse=True), keys, size, offset, place)

    async def find(self, key_id: UUID) -> ApiKey:
        if key_id not in self.keys:
            raise NotFound("there is no such API key")
        return self.keys[key_id]

    async def among(self, ids: Collection[UUID]) -> ApiKey | None:
        return next((self.keys[each] for each in ids if each in self.keys), None)

    async def lock(self, key_id: UUID) -> ApiKey:
        return await self.find(key_id)

    async def add(self, key: ApiKey, digest: bytes) -> ApiKey:
        self.keys[key.id] = replace(key, created_at=self.clock())
        self.digests[digest] = key.id
        return self.keys[key.id]

    async def change(self, key_id: UUID, name: str, expires_at: datetime | None) -> ApiKey:
        held = await self.find(key_id)
        self.keys[key_id] = replace(held, name=name, expires_at=expires_at, version=held.version + 1)
        return self.keys[key_id]

    async def revoke(self, key_id: UUID) -> ApiKey:
        held = await self.find(key_id)
        self.keys[key_id] = replace(held, revoked_at=self.clock(), version=held.version + 1)
        return self.keys[key_id]


@dataclass
class MemoryAuthority:
    """Always current: it looks where the others write."""

    book: MemoryRoleBook
    keys: MemoryApiKeys
    seen: set[bytes] = field(default_factory=set)
    looked_for: int = 0

    async def permissions_of(self, roles: Iterable[str]) -> frozenset[str]:
        wanted = frozenset(roles)
        custom = (self.book.roles[role].permissions for role in wanted if role in self.book.roles)
        return permissions_of(wanted).union(*custom)

    async def key(self, digest: bytes) -> GoodKey | None:
        self.looked_for += digest not in self.seen
        key = self.keys.keys.get(self.keys.digests.get(digest, UUID(int=0)))
        if key is None or key.revoked_at is not None:
            return None
        now = self.keys.clock()
        if key.expires_at is not None and key.expires_at <= now:
            return None
        self.seen.add(digest)
        self.keys.keys[key.id] = replace(key, last_used_at=now)
        return GoodKey(key.id, key.scopes & EVERY_PERMISSION)

    def has_seen(self, digest: bytes) -> bool:
        return digest in self.seen

    def changed(self) -> None:
        """Nothing is remembered here."""
