"""Somebody signs in with a password."""

from dataclasses import dataclass, field

from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.identity.sign_in import SignIn, device_of
from ecommerce.application.identity.sign_in_attempts import SignInAttempts
from ecommerce.application.identity.views import SignedIn
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    email: str
    password: str = field(repr=False)
    device_name: str | None = None
    guest_cart: str | None = None


class LoginHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        credentials: Credentials,
        sign_in: SignIn,
        attempts: SignInAttempts,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._credentials = credentials
        self._sign_in = sign_in
        self._attempts = attempts

    async def __call__(self, command: Login, call: Call) -> SignedIn:
        """Raises `InvalidCredentials`, `InvalidValue` (the device's name) and `RateLimited`."""
        device = device_of(call, command.device_name)
        await self._attempts.count(command.email, device, call)
        proof = await self._credentials.by_email(command.email, command.password)
        account = proof.account
        async with self._uow.begin():
            if proof.new_hash is not None:
                await self._accounts.rehash(account.id, account.password_hash, proof.new_hash)
            opened = await self._sign_in.open(account, device)
        return await self._sign_in.finish(opened, command.guest_cart)
