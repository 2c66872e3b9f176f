"""What staff may do: the one table from roles to permissions. Customers have no role and need none."""

from collections.abc import Iterable

from ecommerce.domain.shared.kernel import InvalidValue

PERMISSIONS: dict[str, frozenset[str]] = {
    "support": frozenset(
        {
            "orders:read",
            "orders:write",
            "orders:refund",
            "payments:read",
            "returns:write",
            "customers:read",
            "customers:write",
            "reviews:write",
            "notifications:read",
            "notifications:write",
            "catalog:read",
            "stock:read",
        }
    ),
    "catalog": frozenset(
        {
            "catalog:read",
            "catalog:write",
            "prices:write",
            "media:write",
            "promotions:read",
            "promotions:write",
            "reviews:write",
            "stock:read",
        }
    ),
    "warehouse": frozenset(
        {
            "stock:read",
            "stock:write",
            "catalog:read",
            "orders:read",
            "orders:fulfil",
            "returns:write",
            "shipping:read",
        }
    ),
    "analyst": frozenset(
        {"analytics:read", "orders:read", "payments:read", "catalog:read", "stock:read", "promotions:read"}
    ),
}
_FOR_ADMINS_ALONE = frozenset(
    {
        "users:read",
        "users:write",
        "roles:write",
        "api-keys:write",
        "webhooks:write",
        "settings:write",
        "tax:write",
        "shipping:write",
        "operations:read",
        "operations:write",
        "audit:read",
    }
)
PERMISSIONS["admin"] = _FOR_ADMINS_ALONE.union(*PERMISSIONS.values())

# Whoever holds this role may do everything there is to do.
ADMIN = "admin"
EVERY_PERMISSION = PERMISSIONS[ADMIN]
ROLES = frozenset(PERMISSIONS)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All that the built-in ones among the roles allow together. Any other allows nothing here."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))


def known_roles(roles: Iterable[str], custom: Iterable[str] = (), pointer: str = "") -> frozenset[str]:
    """The roles as a set. Raises `InvalidValue` naming those that are neither built in nor `custom`."""
    wanted, there = frozenset(roles), ROLES.union(custom)
    if unknown := sorted(wanted - there):
        told = f"no such role: {', '.join(unknown)}; there are {', '.join(sorted(there))}"
        raise InvalidValue(told, pointer)
    return wanted


def known_permissions(permissions: Iterable[str], pointer: str) -> frozenset[str]:
    """The permissions as a set. Raises `InvalidValue` naming those that don't exist."""
    wanted = frozenset(permissions)
    if unknown := sorted(wanted - EVERY_PERMISSION):
        raise InvalidValue(f"no such permission: {', '.join(unknown)}", pointer)
    return wanted
