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

ROLES = frozenset(PERMISSIONS)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All that the roles allow together. A role that is no longer known allows nothing."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))


def known_roles(roles: Iterable[str]) -> frozenset[str]:
    """The roles as a set. Raises `InvalidValue` naming those that don't exist."""
    wanted = frozenset(roles)
    if unknown := sorted(wanted - ROLES):
        raise InvalidValue(f"no such role: {', '.join(unknown)}; there are {', '.join(sorted(ROLES))}")
    return wanted
