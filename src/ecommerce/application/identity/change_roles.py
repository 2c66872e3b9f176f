"""Staff or the command line change what somebody may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.ports import Accounts, EmailAddresses, EndedSessions, Sessions
from ecommerce.application.identity.views import User
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.session import EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoles:
    email: str
    grant: Sequence[str] = ()
    revoke: Sequence[str] = ()


class ChangeRolesHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        sessions: Sessions,
        emails: EmailAddresses,
        ended: EndedSessions,
        audit: AuditLog,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._sessions = sessions
        self._emails = emails
        self._ended = ended
        self._audit = audit

    async def __call__(self, command: ChangeRoles, actor: Actor) -> User:
        """Raises `Forbidden`, `NotFound`, and `InvalidValue` for an unknown role.

        Who loses a role is signed out: an access token would keep it for minutes. A new one comes with the
        next refresh.
        """
        actor.require("roles:write")
        over = []
        async with self._uow.begin():
            account = await self._accounts.lock(self._emails.key(command.email) or "")
            before = account.roles
            account.grant(command.grant)
            account.revoke(command.revoke)
            if account.roles == before:
                return User.of(account)
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
