"""Keys by which machines sign in: `sk_`, 256 bits in 43 letters and digits, and 6 more as a checksum.

A scanner for leaked secrets finds them by `sk_[0-9A-Za-z]{49}` and knows by the checksum (CRC-32 of all
before it) that it found one; the door refuses by it what was mistyped, without asking anybody. Stripe's keys
have a second underscore, ours never do.
"""

import re
import string
import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ecommerce.domain.shared.kernel import Conflict

PREFIX = "sk_"
# What of a key may be shown: enough to know it again by.
SHOWN = len(PREFIX) + 8
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(r"sk_[0-9A-Za-z]{49}")
_SUM = 6


class KeyRevoked(Conflict):
    """A revoked key stays as it is, and is never good again."""

    code = "key-revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`prefix` is its beginning, `created_by` the label of who made it.

    `last_used_at` is told about once a minute, and belongs to no version.
    """

    id: UUID
    name: str
    prefix: str
    scopes: frozenset[str]
    version: int
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


def key_of(secret: bytes) -> str:
    """The key that is made of 32 secret bytes."""
    body = PREFIX + _letters(int.from_bytes(secret), 43)
    return body + _checksum(body)


def is_key(text: str) -> bool:
    """Whether it could be a key of ours: it has the form, and the checksum is right."""
    return _FORM.fullmatch(text) is not None and text[-_SUM:] == _checksum(text[:-_SUM])


def _checksum(body: str) -> str:
    return _letters(zlib.crc32(body.encode()), _SUM)


def _letters(number: int, length: int) -> str:
    found = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        found.append(_DIGITS[digit])
    return "".join(reversed(found))
