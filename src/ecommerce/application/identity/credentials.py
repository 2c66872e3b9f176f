"""Whether somebody knows the password: the same work and the same answer whatever is wrong."""

from dataclasses import dataclass, field

from ecommerce.application.identity.policy import IdentityPolicy
from ecommerce.application.identity.ports import Accounts, EmailAddresses, PasswordHasher
from ecommerce.domain.identity.account import Account, InvalidCredentials
from ecommerce.domain.identity.password import normalized
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True)
class Proof:
    """Of who somebody is. `new_hash`: the stored one has old parameters and is to be replaced."""

    account: Account
    new_hash: str | None = field(default=None, repr=False)


class Credentials:
    def __init__(
        self,
        accounts: Accounts,
        emails: EmailAddresses,
        hasher: PasswordHasher,
        policy: IdentityPolicy,
    ) -> None:
        self._accounts = accounts
        self._emails = emails
        self._hasher = hasher
        self._policy = policy

    async def by_email(self, email: str, password: str) -> Proof:
        """Raises `InvalidCredentials` and `RateLimited`."""
        key = self._emails.key(email)
        # What can't be an address is looked up too: it must not answer sooner than what can.
        account = await self._accounts.find(key if key is not None else "")
        return await self.of(account, password)

    async def by_id(self, account_id: UserId, password: str) -> Proof:
        """Raises `InvalidCredentials` and `RateLimited`."""
        try:
            account = await self._accounts.get(account_id)
        except NotFound:
            return await self.of(None, password)
        return await self.of(account, password)

    async def of(self, account: Account | None, password: str) -> Proof:
        """Raises `InvalidCredentials` and `RateLimited`. No transaction may be open: this takes its time."""
        text = normalized(password)
        check = await self._hasher.check(text, account.password_hash if account is not None else None)
        if account is None or not check.matches:
            raise InvalidCredentials
        if not account.may_sign_in(verified_only=self._policy.verified_only):
            raise InvalidCredentials
        return Proof(account, await self._hasher.hash(text) if check.stale else None)
