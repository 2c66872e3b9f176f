"""Somebody signs in with a password."""

from dataclasses import dataclass, field

from ecommerce.application.identity.challenge import Challenger
from ecommerce.application.identity.credentials import Credentials, Proof
from ecommerce.application.identity.ports import Accounts, Device
from ecommerce.application.identity.sign_in import OpenedSession, SignIn, device_of
from ecommerce.application.identity.sign_in_attempts import SignInAttempts
from ecommerce.application.identity.views import CodeNeeded, SignedIn
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import InvalidCredentials
from ecommerce.domain.shared.kernel import ConcurrentUpdate

_TRIES = 3


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
        challenger: Challenger,
        attempts: SignInAttempts,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._credentials = credentials
        self._sign_in = sign_in
        self._challenger = challenger
        self._attempts = attempts

    async def __call__(self, command: Login, call: Call) -> SignedIn | CodeNeeded:
        """Signed in; or, where the account has a second factor, no more than a token to go on with.

        Raises `InvalidCredentials`, `InvalidValue` (the device's name) and `RateLimited`.
        """
        device = device_of(call, command.device_name)
        await self._attempts.count(command.email, device, call)
        for _ in range(_TRIES):
            proof = await self._credentials.by_email(command.email, command.password)
            try:
                opened = await self._open(proof, device)
            except ConcurrentUpdate:
                continue  # hashing takes its time: what was right may be wrong by now
            if isinstance(opened, CodeNeeded):
                return opened
            return await self._sign_in.finish(opened, command.guest_cart)
        raise InvalidCredentials

    async def _open(self, proof: Proof, device: Device) -> OpenedSession | CodeNeeded:
        account = proof.account
        async with self._uow.begin():
            if proof.new_hash is not None:
                await self._accounts.rehash(account.id, account.password_hash, proof.new_hash)
                account.password_hash = proof.new_hash
            if account.mfa_enabled:
                return await self._challenger.challenge(account, device.name)
            return await self._sign_in.open(account, device)
