"""Somebody wants a mail with a link: to prove their address, or to get back in.

Whether there is such an account is found out, and an event is filed, in any case; what the event leads to, if
anything, happens elsewhere and later. So neither answer nor work tells who has an account.
"""

from dataclasses import dataclass

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.ports import Accounts, EmailAddresses
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Ids, Outbox, UnitOfWork
from ecommerce.domain.identity.one_time_token import PasswordResetAsked, VerificationAsked
from ecommerce.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class AskForVerification:
    """Without an address it is the caller's own."""

    email: str | None


@dataclass(frozen=True, slots=True)
class AskForReset:
    email: str


class AskForLinkHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        emails: EmailAddresses,
        attempts: Attempts,
        outbox: Outbox,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._emails = emails
        self._attempts = attempts
        self._outbox = outbox
        self._ids = ids

    async def __call__(self, command: AskForVerification | AskForReset, call: Call) -> None:
        """Raises `RateLimited`, and `Unauthenticated` when nobody can be meant."""
        if command.email is None:
            account_id = call.actor.require_account()
            await self._attempts.count(str(account_id), call)
        else:
            await self._attempts.count(command.email, call)
            account_id = await self._owner(command.email)
        asked = PasswordResetAsked if isinstance(command, AskForReset) else VerificationAsked
        async with self._uow.begin():
            await self._outbox.add([asked(account_id=account_id)])

    async def _owner(self, email: str) -> UserId:
        """Of an address that nobody has, somebody who doesn't exist."""
        account = await self._accounts.find(self._emails.key(email) or "")
        return UserId(self._ids.new()) if account is None else account.id
