"""Roles that the shop makes for itself, and what keeps it from locking itself out."""

from dataclasses import dataclass
from datetime import datetime

from ecommerce.domain.identity.roles import PERMISSIONS
from ecommerce.domain.shared.kernel import Conflict

MOST_ROLES = 100


class BuiltInRole(Conflict):
    """The roles that come with the shop are its own: they are neither changed nor removed."""

    code = "built-in-role"


class RoleTaken(Conflict):
    code = "role-taken"


class RoleInUse(Conflict):
    """Somebody holds it. `data`: `holders`, how many do."""

    code = "role-in-use"


class LastAdmin(Conflict):
    """Without this one nobody could give roles any more."""

    code = "last-admin"

    def __init__(self) -> None:
        super().__init__("this is the last admin: make somebody else one first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """`name` is what accounts and tokens hold; it never changes. Built-in ones have no times."""

    name: str
    description: str
    permissions: frozenset[str]
    version: int = 1
    built_in: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None


BUILT_IN = {
    name: Role(name=name, description="", permissions=permissions, built_in=True)
    for name, permissions in PERMISSIONS.items()
}
