"""Somebody opens an account."""

from dataclasses import dataclass

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.enrolment import Details, Enrolment
from ecommerce.application.identity.policy import IdentityPolicy
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.identity.sign_in import SignIn, device_of
from ecommerce.application.identity.views import SignedIn
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import EmailTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Details):
    guest_cart: str | None = None


class RegisterHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        enrolment: Enrolment,
        sign_in: SignIn,
        attempts: Attempts,
        policy: IdentityPolicy,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._enrolment = enrolment
        self._sign_in = sign_in
        self._attempts = attempts
        self._policy = policy

    async def __call__(self, command: Register, call: Call) -> SignedIn | None:
        """Signed in at once; or None where addresses are verified first, taken or not.

        Raises `EmailTaken` (only where they aren't), `InvalidValue` and `RateLimited`.
        """
        await self._attempts.count(command.email, call)
        account = await self._enrolment.account(command, verify=self._policy.verified_only)
        async with self._uow.begin():
            taken = await self._accounts.add(account) is not None
            if self._policy.verified_only:
                return None
            if taken:
                raise EmailTaken("there is an account with this e-mail address")
            opened = await self._sign_in.open(account, device_of(call, None))
        return await self._sign_in.finish(opened, command.guest_cart)
