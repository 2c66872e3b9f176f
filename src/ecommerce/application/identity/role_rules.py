"""Who may give and take which roles: the one place that every door and every use case asks."""

from collections.abc import Iterable

from ecommerce.application.identity.staff_ports import RoleBook, StaffRoster
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.identity.custom_role import LastAdmin
from ecommerce.domain.identity.roles import ADMIN, ROLES, known_roles, permissions_of
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden


def refuse_more_than_held(actor: Actor, permissions: Iterable[str]) -> None:
    """Nobody gives or takes what they don't hold themselves. Raises `Forbidden` naming it."""
    if not actor.is_system and (missing := sorted(frozenset(permissions) - actor.permissions)):
        raise Forbidden(f"you can't give or take what you don't hold: {', '.join(missing)}")


class RoleRules:
    """Only inside a unit of work that holds the account's lock, where there is an account yet."""

    def __init__(self, book: RoleBook, roster: StaffRoster) -> None:
        self._book = book
        self._roster = roster

    async def check(
        self, actor: Actor, before: frozenset[str], after: frozenset[str], named: Iterable[str] = ()
    ) -> None:
        """Raises `InvalidValue` when one that is `named` or given doesn't exist, `Forbidden` when what would
        be given or taken is more than the actor holds. What is given stays in being until the unit of work
        ends; what is held and isn't known any more may be taken by anybody, since it allows nothing.
        """
        changed = before ^ after
        wanted = changed.union(named)
        custom = await self._book.hold(sorted(wanted - ROLES)) if wanted - ROLES else {}
        known_roles(wanted - before, custom, "/roles")
        held = (permissions for name, permissions in custom.items() if name in changed)
        refuse_more_than_held(actor, permissions_of(changed).union(*held))

    async def check_leaving(self, account_id: UserId, before: frozenset[str], after: frozenset[str]) -> None:
        """Raises `LastAdmin` when nobody would be one any more. Whatever takes roles away asks this, erasing
        an account included.
        """
        if ADMIN in before - after and not await self._roster.other_admins(account_id):
            raise LastAdmin
