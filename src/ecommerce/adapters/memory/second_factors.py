"""Authenticator apps, recovery codes and waiting sign-ins in dicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ecommerce.adapters.memory.identity import MemoryAccounts, MemorySessions
from ecommerce.application.identity.mfa_ports import Challenge, Held
from ecommerce.domain.identity.second_factor import Totp
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemorySecondFactors:
    accounts: MemoryAccounts
    sessions: MemorySessions
    challenges: "MemoryChallenges"
    clock: Callable[[], datetime] = _now
    totps: dict[UserId, Totp] = field(default_factory=dict)
    codes: dict[UserId, set[bytes]] = field(default_factory=dict)
    shown: set[UUID] = field(default_factory=set)

    async def hold(self, who: UserId | str) -> Held:
        account = await (self.accounts.lock(who) if isinstance(who, str) else self.accounts.get(who))
        totp = self.totps.get(account.id)
        return Held(account=account, totp=None if totp is None else replace(totp, now=self.clock()))

    async def enrol(self, account_id: UserId, secret: bytes) -> None:
        if account_id in self.totps and self.totps[account_id].enabled:
            raise ConcurrentUpdate("a second factor was enabled at the same moment")
        self.totps[account_id] = Totp(
            secret=secret, enabled=False, last_step=None, guessed_until=None, now=self.clock()
        )

    async def enable(self, account_id: UserId, step: int, recovery_codes: Sequence[bytes]) -> None:
        totp = self.totps.get(account_id)
        if totp is None or totp.enabled:
            raise ConcurrentUpdate("the second factor was enabled or removed at the same moment")
        self.totps[account_id] = replace(totp, enabled=True, last_step=step)
        self.codes[account_id] = set(recovery_codes)
        self.accounts.by_id[account_id].mfa_enabled = True

    async def remove(self, account_id: UserId) -> None:
        self.totps.pop(account_id, None)
        self.codes.pop(account_id, None)
        self.challenges.forget(account_id)
        self.accounts.by_id[account_id].mfa_enabled = False

    async def use_step(self, account_id: UserId, step: int) -> bool:
        totp = self.totps.get(account_id)
        if totp is None or totp.last_step is None or totp.last_step >= step:
            return False
        self.totps[account_id] = replace(totp, last_step=step)
        return True

    async def use_recovery_code(self, account_id: UserId, code: bytes) -> int | None:
        codes = self.codes.get(account_id, set())
        if code not in codes:
            return None
        codes.remove(code)
        return len(codes)

    async def count_wrong(self, account_id: UserId, totp: Totp) -> None:
        kept = self.totps[account_id]
        self.totps[account_id] = replace(kept, guessed_until=totp.after_wrong())

    async def note_shown(self, session_id: UUID) -> None:
        if session_id in self.sessions.sessions:
            self.shown.add(session_id)

    async def was_shown(self, session_id: UUID) -> bool:
        return session_id in self.shown


@dataclass
class _Waiting:
    challenge: Challenge
    expires_at: datetime
    wrong_codes: int = 0


@dataclass
class MemoryChallenges:
    clock: Callable[[], datetime] = _now
    waiting: dict[bytes, _Waiting] = field(default_factory=dict)

    async def owner(self, token: bytes) -> UserId | None:
        challenge = await self.find(token)
        return None if challenge is None else challenge.account_id

    async def open(self, token: bytes, challenge: Challenge, lifetime: timedelta) -> None:
        self.waiting[token] = _Waiting(challenge, self.clock() + lifetime)

    async def find(self, token: bytes) -> Challenge | None:
        kept = self.waiting.get(token)
        return None if kept is None or kept.expires_at <= self.clock() else kept.challenge

    async def end(self, token: bytes) -> bool:
        return self.waiting.pop(token, None) is not None

    async def count_wrong(self, token: bytes, most: int) -> None:
        if token not in self.waiting:
            return
        self.waiting[token].wrong_codes += 1
        if self.waiting[token].wrong_codes >= most:
            del self.waiting[token]

    def forget(self, account_id: UserId) -> None:
        over = [token for token, kept in self.waiting.items() if kept.challenge.account_id == account_id]
        for token in over:
            del self.waiting[token]
