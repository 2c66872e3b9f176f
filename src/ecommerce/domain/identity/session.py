"""One sign-in on one device, and the chain of refresh tokens that keeps it alive."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Event, Unauthenticated

ACCESS_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=30)
# Two tabs, or a retry after a lost answer, may both show the same token.
GRACE = timedelta(seconds=10)
# A device (a client address and a user agent) is known to an account for this long after it was last seen.
# Sessions that are over are kept as long, which is what this can be told by.
KNOWN_FOR = timedelta(days=90)


class TokenReused(Unauthenticated):
    """A spent refresh token came again: it has been copied, so its whole session is over."""

    code = "token-reused"

    def __init__(self) -> None:
        super().__init__("this refresh token was used before; its session has been ended, sign in again")


class RefreshRefused(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("this refresh token is not valid, or its session has ended; sign in again")


class EndedBy(StrEnum):
    """Why a session is over. `OWNER`: they signed it out from another of their devices."""

    LOGOUT = "logout"
    OWNER = "owner"
    REUSE = "reuse"
    STAFF = "staff"
    PASSWORD = "password"  # noqa: S105 - a reason
    ERASURE = "erasure"


class Verdict(StrEnum):
    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`authenticated_at` is when its owner last proved who they are."""

    id: UUID
    account_id: UserId
    authenticated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldToken:
    """A refresh token as it stands, under the lock of its session. `now` is the clock that wrote the rest;
    `roles` are its owner's of today.
    """

    session: Session
    roles: frozenset[str]
    expires_at: datetime
    spent_at: datetime | None
    ended_by: EndedBy | None
    now: datetime

    def judge(self) -> Verdict:
        """What is to be done with a token that was shown. Raises `RefreshRefused` and `TokenReused`."""
        if self.ended_by is EndedBy.REUSE:
            raise TokenReused
        if self.ended_by is not None or self.expires_at <= self.now:
            raise RefreshRefused
        if self.spent_at is None:
            return Verdict.ROTATE
        return Verdict.REPEAT if self.now - self.spent_at <= GRACE else Verdict.REUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(Event):
    """Somebody else may hold this session's tokens: its owner is told by mail."""

    aggregate: ClassVar[str] = "account"
    account_id: UserId
    session_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.account_id
