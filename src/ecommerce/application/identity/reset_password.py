"""Somebody who reads the account's mail gives it another password."""

from dataclasses import dataclass, field

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.enrolment import NewPasswords
from ecommerce.application.identity.new_password import NewPassword
from ecommerce.application.identity.one_time_ports import AccountSecrets, OneTimeTokens
from ecommerce.application.identity.own_account import OwnAccount
from ecommerce.application.identity.ports import Accounts, EndedSessions
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.one_time_token import OneTimeTokenRefused, Purpose
from ecommerce.domain.shared.kernel import NotFound

PURPOSES = (Purpose.PASSWORD_RESET,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    token: str = field(repr=False)
    new_password: str = field(repr=False)


class ResetPasswordHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        own: OwnAccount,
        secrets: AccountSecrets,
        tokens: OneTimeTokens,
        passwords: NewPasswords,
        new_password: NewPassword,
        ended: EndedSessions,
        attempts: Attempts,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._own = own
        self._secrets = secrets
        self._tokens = tokens
        self._passwords = passwords
        self._new_password = new_password
        self._ended = ended
        self._attempts = attempts

    async def __call__(self, command: ResetPassword, call: Call) -> None:
        """Ends all sessions of the account, and its address counts as verified: the mail has arrived.

        A password that won't do leaves the token as it is. Raises `OneTimeTokenRefused`, `InvalidValue` and
        `RateLimited`.
        """
        shown = token_hash(command.token)
        found = await self._tokens.find(shown, PURPOSES)
        owner = await self._own.find(found.account_id) if found is not None else None
        if owner is None:
            raise OneTimeTokenRefused
        await self._attempts.count(str(owner.id), call)
        hashed = await self._passwords.of(owner, command.new_password, "/new_password")
        async with self._uow.begin():
            try:
                account = await self._accounts.lock_id(owner.id)
            except NotFound:
                raise OneTimeTokenRefused from None
            if await self._tokens.take(shown, PURPOSES) is None:
                raise OneTimeTokenRefused
            await self._secrets.verify(account.id)
            who = Actor(label=f"customer:{account.id}")
            over = await self._new_password.set(account, hashed, who, "identity.password_reset")
        self._ended.add(over)
