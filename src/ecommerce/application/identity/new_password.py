"""What a new password means for everything that the old one, or a mail, had opened."""

from uuid import UUID

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.one_time_links import OwnerMail
from ecommerce.application.identity.one_time_ports import AccountSecrets, OneTimeTokens
from ecommerce.application.identity.ports import Sessions
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Ids
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.one_time_token import Purpose
from ecommerce.domain.identity.session import EndedBy

# Whoever asked for one of these may be the reason for the new password.
OVER = (Purpose.PASSWORD_RESET, Purpose.EMAIL_CHANGE)


class NewPassword:
    def __init__(
        self,
        secrets: AccountSecrets,
        sessions: Sessions,
        tokens: OneTimeTokens,
        mail: OwnerMail,
        audit: AuditLog,
        ids: Ids,
    ) -> None:
        self._secrets = secrets
        self._sessions = sessions
        self._tokens = tokens
        self._mail = mail
        self._audit = audit
        self._ids = ids

    async def set(
        self, account: Account, hashed: str, actor: Actor, action: str, keep: UUID | None = None
    ) -> list[UUID]:
        """Under the account's lock. All its sessions but `keep` end: these are their ids, to be told to
        `EndedSessions` once this is committed.
        """
        await self._secrets.set_password(account.id, hashed)
        await self._tokens.revoke(account.id, OVER)
        over = await self._sessions.end_all(account.id, EndedBy.PASSWORD, keep)
        await self._audit.record(actor, action, f"account:{account.id}", None, None)
        await self._mail.tell(account.email.text, "password_changed", self._ids.new())
        return over
