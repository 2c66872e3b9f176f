"""Somebody who is signed in takes another password."""

from dataclasses import dataclass, field

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.enrolment import NewPasswords
from ecommerce.application.identity.new_password import NewPassword
from ecommerce.application.identity.own_account import OwnAccount
from ecommerce.application.identity.ports import EndedSessions
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    current_password: str = field(repr=False)
    new_password: str = field(repr=False)


class ChangePasswordHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        own: OwnAccount,
        credentials: Credentials,
        passwords: NewPasswords,
        new_password: NewPassword,
        ended: EndedSessions,
        attempts: Attempts,
    ) -> None:
        self._uow = uow
        self._own = own
        self._credentials = credentials
        self._passwords = passwords
        self._new_password = new_password
        self._ended = ended
        self._attempts = attempts

    async def __call__(self, command: ChangePassword, call: Call) -> None:
        """Ends all sessions but the caller's.

        Raises `InvalidCredentials`, `InvalidValue`, `ConcurrentUpdate` and `RateLimited`.
        """
        actor = call.actor
        account_id = actor.require_account()
        await self._attempts.count(str(account_id), call)
        proof = await self._credentials.of(await self._own.find(account_id), command.current_password)
        hashed = await self._passwords.of(proof.account, command.new_password, "/new_password")
        async with self._uow.begin():
            account = await self._own.lock(proof)
            over = await self._new_password.set(
                account, hashed, actor, "identity.password_changed", keep=actor.session_id
            )
        self._ended.add(over)
