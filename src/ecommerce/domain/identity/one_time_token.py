"""Tokens that come by mail and work once: they prove that somebody reads an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from ecommerce.domain.identity.account import AccountEvent
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Unauthenticated


class Purpose(StrEnum):
    """What a token is good for, and nothing else."""

    EMAIL_VERIFY = "email-verify"
    EMAIL_CHANGE = "email-change"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a name


LIFETIMES: Mapping[Purpose, timedelta] = MappingProxyType(
    {
        Purpose.EMAIL_VERIFY: timedelta(hours=24),
        Purpose.EMAIL_CHANGE: timedelta(hours=24),
        Purpose.PASSWORD_RESET: timedelta(hours=1),
    }
)


class OneTimeTokenRefused(Unauthenticated):
    """Unknown, used, expired, replaced by a newer one, or made for something else: all the same."""

    def __init__(self) -> None:
        super().__init__("this link is not valid, was used, or has expired; ask for a new one")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeToken:
    """`email` is the new address of a change, and nothing for any other purpose."""

    id: UUID
    account_id: UserId
    purpose: Purpose
    email: EmailAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationAsked(AccountEvent):
    """Somebody wants another link. There may be no such account: then there is nothing to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetAsked(AccountEvent):
    """As `VerificationAsked`: asked for an address that nobody has, it is filed all the same."""
