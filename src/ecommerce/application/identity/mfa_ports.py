"""What the use cases of the second factor ask of the outside world."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.second_factor import Totp
from ecommerce.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An account and its authenticator app, if it has one, which nobody else changes now."""

    account: Account
    totp: Totp | None


class SecondFactors(Protocol):
    """Authenticator apps and recovery codes. Only inside a unit of work; the account's lock comes first."""

    async def hold(self, who: UserId | str) -> Held:
        """Lock the account, by its id or the key of its address, until the unit of work ends.

        Raises `NotFound`.
        """
        ...

    async def enrol(self, account_id: UserId, secret: bytes) -> None:
        """Keep an encrypted secret that is pending, in the place of another that is pending."""
        ...

    async def enable(self, account_id: UserId, step: int, recovery_codes: Sequence[bytes]) -> None:
        """The pending one counts from now on; the code of `step` is used up. Hashes of codes are kept."""
        ...

    async def remove(self, account_id: UserId) -> None:
        """Forget the secret, the recovery codes, and whatever challenges are open."""
        ...

    async def use_step(self, account_id: UserId, step: int) -> bool:
        """Use up a step and all before it. False, and nothing happens: it was used up already."""
        ...

    async def use_recovery_code(self, account_id: UserId, code: bytes) -> int | None:
        """Use up the code with this hash; how many are left. None: there is no such code, or no more."""
        ...

    async def count_wrong(self, account_id: UserId, totp: Totp) -> None:
        """Remember a wrong code of the app."""
        ...

    async def note_shown(self, session_id: UUID) -> None:
        """This session has shown the second factor."""
        ...

    async def was_shown(self, session_id: UUID) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A sign-in that waits for its code: the password was right.

    `password` is the digest of the hash that it was compared with: a new password ends the challenge.
    """

    account_id: UserId
    password: bytes
    device_name: str | None


class Challenges(Protocol):
    """Sign-ins by the hash of their token, which is good for nothing else. The store's clock counts."""

    async def owner(self, token: bytes) -> UserId | None:
        """Whose sign-in it is; None for an unknown one, and for one that is over.

        One statement, outside any unit of work.
        """
        ...

    async def open(self, token: bytes, challenge: Challenge, lifetime: timedelta) -> None:
        """Only inside a unit of work, like all that follow."""
        ...

    async def find(self, token: bytes) -> Challenge | None: ...

    async def end(self, token: bytes) -> bool:
        """False, and nothing happens: it is over already."""
        ...

    async def count_wrong(self, token: bytes, most: int) -> None:
        """Remember a wrong code; the last of so many ends the challenge."""
        ...


class AuthenticatorCodes(Protocol):
    """How authenticator apps make codes of a secret (RFC 6238: SHA-1, six digits, thirty seconds)."""

    def secret(self) -> str:
        """160 random bits in base 32."""
        ...

    def uri(self, secret: str, account_name: str) -> str:
        """What an app takes in: `otpauth://totp/...`."""
        ...

    async def picture(self, uri: str) -> str:
        """The URI as a QR code: one SVG element."""
        ...

    def step(self, secret: str, code: str, steps: Iterable[int]) -> int | None:
        """The first of the steps whose code this is, compared in constant time."""
        ...
