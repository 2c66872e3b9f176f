"""Staff or the command line change what somebody may do."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.ports import Accounts, EmailAddresses, EndedSessions, Sessions
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.identity.views import User
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.session import EndedBy
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import StaleVersion


def roles_etag(roles: Collection[str]) -> str:
    """What `If-Match` must name: the roles themselves. What is replaced as a whole is the version."""
    return blake2b("\n".join(sorted(roles)).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoles:
    """`whose` by id or by e-mail address. `roles` replaces them all; None leaves what they are."""

    whose: UserId | str
    roles: Collection[str] | None = None
    grant: Collection[str] = ()
    revoke: Collection[str] = ()
    if_match: str | None = None


class ChangeRolesHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        rules: RoleRules,
        sessions: Sessions,
        emails: EmailAddresses,
        ended: EndedSessions,
        audit: AuditLog,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._rules = rules
        self._sessions = sessions
        self._emails = emails
        self._ended = ended
        self._audit = audit

    async def __call__(self, command: ChangeRoles, actor: Actor) -> User:
        """Raises `Forbidden`, `NotFound`, `StaleVersion`, `LastAdmin`, `InvalidValue` for an unknown role.

        Who loses a role is signed out: an access token would keep it for minutes. A new one comes with the
        next refresh. Repeating it changes nothing.
        """
        actor.require("roles:write")
        over = []
        async with self._uow.begin():
            account = await self._lock(command.whose)
            before = account.roles
            if self._uow.resumed:
                return User.of(account)
            if command.if_match not in (None, roles_etag(before)):
                raise StaleVersion("the roles have changed since you read them; read them again")
            if command.roles is not None:
                account.roles = frozenset(command.roles)
            account.grant(command.grant)
            account.revoke(command.revoke)
            named = (*(command.roles or ()), *command.grant, *command.revoke)
            await self._rules.check(actor, before, account.roles, named)
            if account.roles == before:
                return User.of(account)
            await self._rules.check_leaving(account.id, before, account.roles)
            await self._accounts.save(account)
            if before - account.roles:
                over = await self._sessions.end_all(account.id, EndedBy.STAFF)
            await self._audit.record(
                actor,
                "identity.roles_changed",
                f"account:{account.id}",
                {"roles": sorted(before)},
                {"roles": sorted(account.roles)},
            )
        self._ended.add(over)
        return User.of(account)

    async def _lock(self, whose: UserId | str) -> Account:
        if isinstance(whose, UUID):
            return await self._accounts.lock_id(whose)
        return await self._accounts.lock(self._emails.key(whose) or "")
