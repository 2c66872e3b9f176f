"""What the use cases about staff and machines ask of the outside world."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.shared.listing import Part, Place
from ecommerce.domain.identity.api_key import ApiKey
from ecommerce.domain.identity.custom_role import Role
from ecommerce.domain.shared.ids import UserId


class RoleBook(Protocol):
    """Custom roles. `every` and `find` are one statement each outside any unit of work; all else works only
    inside one.
    """

    async def every(self) -> list[Role]:
        """By their names."""
        ...

    async def find(self, name: str) -> Role:
        """Raises `NotFound`."""
        ...

    async def lock(self, name: str) -> Role:
        """Nobody else changes, removes or gives it until the unit of work ends. Raises `NotFound`."""
        ...

    async def hold(self, names: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The permissions of those that exist; none of them changes or goes until the unit of work ends."""
        ...

    async def add(self, role: Role) -> Role:
        """Raises `RoleTaken`."""
        ...

    async def replace(self, role: Role) -> Role:
        """Its description and permissions, at the next version. It must be locked."""
        ...

    async def remove(self, name: str) -> None: ...

    async def holders(self, name: str) -> int:
        """How many accounts have it. Exact where the role is locked."""
        ...


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has a role."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    roles: list[str]
    created_at: datetime


class StaffRoster(Protocol):
    async def page(self, size: int, offset: int, place: Place | None, role: str | None) -> Part[StaffMember]:
        """The newest first; keys of a place: the id. Outside any unit of work."""
        ...

    async def find(self, account_id: UserId) -> StaffMember:
        """Raises `NotFound` for an account without a role, too. Outside any unit of work."""
        ...

    async def other_admins(self, account_id: UserId) -> int:
        """How many accounts besides this one are admins: nobody ceases to be one until the unit of work
        ends, which must lock the account before it asks.
        """
        ...


class ApiKeys(Protocol):
    """`page` and `find` are one statement each outside any unit of work; all else works only inside one."""

    async def page(self, size: int, offset: int, place: Place | None) -> Part[ApiKey]:
        """The newest first; keys of a place: `created_at` (ISO 8601) and the id."""
        ...

    async def find(self, key_id: UUID) -> ApiKey:
        """Raises `NotFound`."""
        ...

    async def among(self, ids: Collection[UUID]) -> ApiKey | None:
        """One that has any of these ids."""
        ...

    async def lock(self, key_id: UUID) -> ApiKey:
        """Raises `NotFound`."""
        ...

    async def add(self, key: ApiKey, digest: bytes) -> ApiKey:
        """`digest` is the SHA-256 of the key itself, which is kept nowhere."""
        ...

    async def change(self, key_id: UUID, name: str, expires_at: datetime | None) -> ApiKey:
        """At the next version. It must be locked."""
        ...

    async def revoke(self, key_id: UUID) -> ApiKey:
        """For good. It must be locked."""
        ...


@dataclass(frozen=True, slots=True)
class GoodKey:
    """A key that is neither revoked nor over."""

    id: UUID
    scopes: frozenset[str]


class Authority(Protocol):
    """What roles and keys allow right now, kept in every process.

    A change of a custom role or a key shows here within no time after `changed`, and in any other process
    within one second. Asking costs no round trip, but for a key that wasn't seen before. Both raise
    `Unavailable` when nobody can tell.
    """

    async def permissions_of(self, roles: Iterable[str]) -> frozenset[str]:
        """All that these roles allow together; one that is not known allows nothing."""
        ...

    async def key(self, digest: bytes) -> GoodKey | None:
        """The key with this SHA-256, whose use is noted."""
        ...

    def has_seen(self, digest: bytes) -> bool:
        """Whether it was good before: to ask for it again is no guess."""
        ...

    def changed(self) -> None:
        """This process has just committed a change: it need not wait to be told."""
        ...
