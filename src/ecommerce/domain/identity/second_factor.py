"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ecommerce.domain.identity.account import AccountEvent
from ecommerce.domain.shared.kernel import Conflict, Unauthenticated

CHALLENGE_LIFETIME = timedelta(minutes=5)
# So many wrong codes end one challenge.
MOST_WRONG_CODES = 5
# Over all challenges and devices: ten wrong codes of an app at once, then one in ten minutes. Three codes of
# a million are right at any moment, so that a year of guessing hits one with a chance of a sixth.
GUESSES, GUESS_PAUSE = 10, timedelta(minutes=10)
# RFC 6238, section 5.2: at most one step of thirty seconds for clocks that differ.
STEP_SECONDS, DRIFT = 30, 1
DIGITS = 6
RECOVERY_CODES = 10
# Crockford's base 32: no letter that looks like another, and twelve of them are 60 bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LOOKALIKE = str.maketrans({"o": "0", "i": "1", "l": "1"})
_LENGTH, _GROUP = 12, 4


class WrongCode(Unauthenticated):
    """Wrong, used before, of another time, or of an account that has no second factor: all the same."""

    code = "invalid-credentials"

    def __init__(self) -> None:
        super().__init__("the code is wrong, or was used before")


class ChallengeRefused(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("this sign-in has expired, was finished, or had too many wrong codes; sign in again")


class MfaRequired(Unauthenticated):
    """The account has a second factor, which this session has never shown."""

    code = "mfa-required"

    def __init__(self) -> None:
        super().__init__("this session has not shown the second factor yet; confirm a code at /auth/step-up")


class MfaAlreadyEnabled(Conflict):
    code = "mfa-already-enabled"

    def __init__(self) -> None:
        super().__init__("there is a second factor already; remove it before you set up another")


class MfaNotPending(Conflict):
    code = "mfa-not-pending"

    def __init__(self) -> None:
        super().__init__("there is nothing to confirm; ask for a secret first")


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaEnabled(AccountEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaRemoved(AccountEvent):
    """`by_staff`: not by its owner, who had lost the device."""

    by_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(AccountEvent):
    """`left` is how many others there are."""

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """An account's authenticator app, under the lock of the account. `secret` is encrypted.

    `last_step` is the step of the last code that was taken: it and all before it are used up. `guessed_until`
    grows with each wrong code. `now` is the store's clock, which is the same for every process.
    """

    secret: bytes = field(repr=False)
    enabled: bool
    last_step: int | None
    guessed_until: datetime | None
    now: datetime

    def steps(self) -> range:
        """Whose codes may be right now: those that weren't used up, a step early or late included."""
        today = int(self.now.timestamp()) // STEP_SECONDS
        first = today - DRIFT
        return range(first if self.last_step is None else max(first, self.last_step + 1), today + DRIFT + 1)

    def wait(self) -> timedelta:
        """How long until one may guess again; zero most of the time."""
        if self.guessed_until is None:
            return timedelta()
        return max(timedelta(), self.guessed_until - self.now - (GUESSES - 1) * GUESS_PAUSE)

    def after_wrong(self) -> datetime:
        """What `guessed_until` becomes with one more wrong code."""
        return max(self.guessed_until or self.now, self.now) + GUESS_PAUSE


def typed(code: str) -> str:
    """A code without the blanks and dashes between its letters, in the case that is compared."""
    text = unicodedata.normalize("NFKC", code).lower()
    return "".join(each for each in text if not each.isspace() and unicodedata.category(each) != "Pd")


def is_app_code(code: str) -> bool:
    """Whether a `typed` code has the form of an authenticator app's; else it can be a recovery code only."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def recovery_code(random: bytes) -> str:
    """The code, as it is compared, that 60 random bits (of at least 8 bytes) make."""
    bits = int.from_bytes(random[:8])
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(_LENGTH))


def shown(code: str) -> str:
    """A recovery code in groups, as its owner writes it down."""
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def read_recovery_code(code: str) -> str | None:
    """A `typed` code as it is compared: letters that look like digits are those. None if it can't be one."""
    text = code.translate(_LOOKALIKE)
    return text if len(text) == _LENGTH and set(text) <= set(_ALPHABET) else None
