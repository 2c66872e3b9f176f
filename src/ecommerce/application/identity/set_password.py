"""Staff or the command line give somebody a new password."""

from dataclasses import dataclass, field

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.enrolment import NewPasswords
from ecommerce.application.identity.new_password import OVER
from ecommerce.application.identity.one_time_ports import OneTimeTokens
from ecommerce.application.identity.ports import Accounts, EndedSessions, Sessions
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.session import EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword:
    email: str
    password: str = field(repr=False)


class SetPasswordHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        sessions: Sessions,
        passwords: NewPasswords,
        ended: EndedSessions,
        audit: AuditLog,
        tokens: OneTimeTokens,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._ended = ended
        self._audit = audit
        self._tokens = tokens

    async def __call__(self, command: SetPassword, actor: Actor) -> None:
        """Ends all sessions of the account. Raises `Forbidden`, `NotFound`, `InvalidValue`, `RateLimited`."""
        actor.require("users:write")
        email, hashed = await self._passwords.hashed(command.email, command.password)
        async with self._uow.begin():
            account = await self._accounts.lock(email.key)
            account.password_hash = hashed
            await self._accounts.save(account)
            await self._tokens.revoke(account.id, OVER)
            over = await self._sessions.end_all(account.id, EndedBy.STAFF)
            await self._audit.record(actor, "identity.password_set", f"account:{account.id}", None, None)
        self._ended.add(over)
