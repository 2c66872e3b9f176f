"""Whether somebody has the second factor: a code is checked, used up, or counted as a wrong one."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.mfa_ports import AuthenticatorCodes, Held, SecondFactors
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Cipher, Outbox
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.identity.account import Account, AccountEvent
from ecommerce.domain.identity.second_factor import (
    RECOVERY_CODES,
    MfaEnabled,
    MfaRemoved,
    RecoveryCodeUsed,
    Totp,
    is_app_code,
    read_recovery_code,
    recovery_code,
    shown,
    typed,
)
from ecommerce.domain.shared.ids import UserId

PURPOSE = "totp-secret"


class Authenticator:
    """Secrets that are shown once and kept encrypted."""

    def __init__(self, codes: AuthenticatorCodes, cipher: Cipher) -> None:
        self._codes = codes
        self._cipher = cipher

    def new_secret(self) -> tuple[str, bytes]:
        """A secret, and how it is kept."""
        secret = self._codes.secret()
        return secret, self._cipher.encrypt(secret.encode(), PURPOSE)

    def step(self, totp: Totp, code: str) -> int | None:
        """The step whose code this is, if it may still be used."""
        code = typed(code)
        if not is_app_code(code):
            return None
        secret = self._cipher.decrypt(totp.secret, PURPOSE).decode()
        return self._codes.step(secret, code, totp.steps())


@dataclass(frozen=True, slots=True)
class FreshCodes:
    """`shown` to their owner once; of `hashes` nobody makes codes again."""

    shown: list[str] = field(repr=False)
    hashes: Sequence[bytes]


class RecoveryCodes:
    """Hashed with the store's secret key and the account: 60 bits could be tried out otherwise."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def fresh(self, account_id: UserId) -> FreshCodes:
        codes: set[str] = set()
        while len(codes) < RECOVERY_CODES:
            codes.add(recovery_code(token_hash(self._tokens.fresh())))
        return FreshCodes([shown(code) for code in codes], [self.hash(account_id, code) for code in codes])

    def hash(self, account_id: UserId, code: str) -> bytes:
        return token_hash(self._tokens.derived("recovery-code", account_id.bytes + code.encode()))


class MfaRecord:
    """What happened to a second factor: in the audit log, and filed for its owner to be told."""

    def __init__(self, audit: AuditLog, outbox: Outbox) -> None:
        self._audit = audit
        self._outbox = outbox

    async def enabled(self, actor: Actor, account_id: UserId) -> None:
        await self._tell(actor, "identity.mfa_enabled", MfaEnabled(account_id=account_id), mfa=(False, True))

    async def removed(self, actor: Actor, account_id: UserId, *, by_staff: bool = False) -> None:
        event = MfaRemoved(account_id=account_id, by_staff=by_staff)
        await self._tell(actor, "identity.mfa_removed", event, mfa=(True, False))

    async def recovery_code_used(self, account: Account, left: int) -> None:
        # Whoever has a code is not signed in yet.
        actor = Actor(label=f"{'staff' if account.roles else 'customer'}:{account.id}", account_id=account.id)
        event = RecoveryCodeUsed(account_id=account.id, left=left)
        await self._tell(actor, "identity.recovery_code_used", event, recovery_codes=(left + 1, left))

    async def _tell(
        self, actor: Actor, action: str, event: AccountEvent, **change: tuple[object, object]
    ) -> None:
        before, after = ({name: pair[which] for name, pair in change.items()} for which in (0, 1))
        await self._audit.record(actor, action, f"account:{event.account_id}", before, after)
        await self._outbox.add([event])


class CodeCheck:
    """Codes of the app and recovery codes alike, wherever one is asked for. Only inside a unit of work."""

    def __init__(
        self,
        factors: SecondFactors,
        authenticator: Authenticator,
        recovery: RecoveryCodes,
        record: MfaRecord,
    ) -> None:
        self._factors = factors
        self._authenticator = authenticator
        self._recovery = recovery
        self._record = record

    async def passes(self, held: Held, code: str) -> bool:
        """Use the code up. False: it is wrong, which has been counted; the caller commits that.

        Raises `RateLimited` after many wrong codes of the app, whatever the code. Recovery codes can't be
        guessed and stay a way in for the owner of an account on which somebody else is guessing.
        """
        account, totp = held.account, held.totp
        if totp is None or not totp.enabled:
            return False
        code = typed(code)
        if not is_app_code(code):
            return await self._uses_recovery_code(account, code)
        wait = math.ceil(totp.wait().total_seconds())
        if wait > 0:
            raise RateLimited("too many wrong codes for this account", wait, policy="mfa")
        step = self._authenticator.step(totp, code)
        if step is not None and await self._factors.use_step(account.id, step):
            return True
        await self._factors.count_wrong(account.id, totp)
        return False

    async def _uses_recovery_code(self, account: Account, code: str) -> bool:
        read = read_recovery_code(code)
        if read is None:
            return False
        left = await self._factors.use_recovery_code(account.id, self._recovery.hash(account.id, read))
        if left is None:
            return False
        await self._record.recovery_code_used(account, left)
        return True


def password_digest(account: Account) -> bytes:
    """Tells whether the password is still the same, without keeping its hash twice."""
    return hashlib.sha256(account.password_hash.encode()).digest()
