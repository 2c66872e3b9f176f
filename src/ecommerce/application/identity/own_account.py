"""The caller's own account, between the proof of a password and the change that it allows."""

from ecommerce.application.identity.credentials import Proof
from ecommerce.application.identity.ports import Accounts
from ecommerce.domain.identity.account import Account
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate, NotFound


class OwnAccount:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def find(self, account_id: UserId) -> Account | None:
        """None when it's gone: then nothing proves it."""
        try:
            return await self._accounts.get(account_id)
        except NotFound:
            return None

    async def lock(self, proof: Proof) -> Account:
        """Raises `ConcurrentUpdate` when its password is no longer the one that was proved, or it is gone."""
        try:
            account = await self._accounts.lock_id(proof.account.id)
        except NotFound:
            raise ConcurrentUpdate("this account was closed at the same moment") from None
        if account.password_hash != proof.account.password_hash:
            raise ConcurrentUpdate("the password was changed at the same moment; try again with the new one")
        return account
