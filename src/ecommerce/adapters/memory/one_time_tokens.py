"""One-time tokens in a dict: the same promises as the adapter for PostgreSQL."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.domain.identity.account import EmailTaken
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.one_time_token import OneTimeToken, Purpose
from ecommerce.domain.shared.ids import UserId


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class _Kept:
    token: OneTimeToken
    hashed: bytes
    expires_at: datetime


@dataclass
class MemoryOneTimeTokens:
    clock: Callable[[], datetime] = _wall_clock
    kept: dict[tuple[UserId, Purpose], _Kept] = field(default_factory=dict)

    async def find(self, token: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
        for each in self.kept.values():
            if each.hashed == token and each.token.purpose in purposes and each.expires_at > self.clock():
                return each.token
        return None

    async def issue(self, token: OneTimeToken, hashed: bytes, lifetime: timedelta) -> None:
        self.kept[token.account_id, token.purpose] = _Kept(token, hashed, self.clock() + lifetime)

    async def take(self, token: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
        found = await self.find(token, purposes)
        if found is not None:
            del self.kept[found.account_id, found.purpose]
        return found

    async def revoke(self, account_id: UserId, purposes: Collection[Purpose]) -> None:
        for purpose in purposes:
            self.kept.pop((account_id, purpose), None)


@dataclass
class MemoryAccountSecrets:
    accounts: MemoryAccounts

    async def set_password(self, account_id: UserId, hashed: str) -> None:
        self.accounts.by_id[account_id].password_hash = hashed

    async def verify(self, account_id: UserId) -> None:
        self.accounts.by_id[account_id].email_verified = True

    async def set_email(self, account_id: UserId, email: EmailAddress) -> None:
        owner = await self.accounts.find(email.key)
        if owner is not None and owner.id != account_id:
            raise EmailTaken("there is an account with this e-mail address")
        kept = self.accounts.by_id[account_id]
        kept.email, kept.email_verified = email, True
