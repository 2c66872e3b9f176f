"""The link in a mail is followed: its reader has the address."""

from dataclasses import dataclass, field

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.one_time_links import OwnerMail
from ecommerce.application.identity.one_time_ports import AccountSecrets, OneTimeTokens
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.identity.views import VerifiedEmail
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.one_time_token import OneTimeToken, OneTimeTokenRefused, Purpose
from ecommerce.domain.shared.kernel import NotFound

PURPOSES = (Purpose.EMAIL_VERIFY, Purpose.EMAIL_CHANGE)


@dataclass(frozen=True, slots=True)
class VerifyEmail:
    token: str = field(repr=False)


class VerifyEmailHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        secrets: AccountSecrets,
        tokens: OneTimeTokens,
        mail: OwnerMail,
        attempts: Attempts,
        audit: AuditLog,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._secrets = secrets
        self._tokens = tokens
        self._mail = mail
        self._attempts = attempts
        self._audit = audit

    async def __call__(self, command: VerifyEmail, call: Call) -> VerifiedEmail:
        """Raises `OneTimeTokenRefused`, `RateLimited`, and `EmailTaken` when somebody was faster: whoever
        reads mail there may know.
        """
        shown = token_hash(command.token)
        found = await self._tokens.find(shown, PURPOSES)
        if found is None:
            raise OneTimeTokenRefused
        await self._attempts.count(str(found.account_id), call)
        async with self._uow.begin():
            try:
                account = await self._accounts.lock_id(found.account_id)
            except NotFound:
                raise OneTimeTokenRefused from None
            token = await self._tokens.take(shown, PURPOSES)
            if token is None:
                raise OneTimeTokenRefused
            return VerifiedEmail(email=await self._prove(account, token), email_verified=True)

    async def _prove(self, account: Account, token: OneTimeToken) -> str:
        """The address that is verified now."""
        if token.email is None:
            await self._secrets.verify(account.id)
            await self._record(account, "identity.email_verified")
            return account.email.text
        await self._secrets.set_email(account.id, token.email)
        # Links that went to the old address must not open the account any more.
        await self._tokens.revoke(account.id, tuple(Purpose))
        await self._record(account, "identity.email_changed")
        await self._mail.tell(account.email.text, "email_changed", token.id)
        return token.email.text

    async def _record(self, account: Account, action: str) -> None:
        # The addresses themselves stay out of a log that is never rewritten.
        owner = Actor(label=f"customer:{account.id}")
        await self._audit.record(owner, action, f"account:{account.id}", None, None)
