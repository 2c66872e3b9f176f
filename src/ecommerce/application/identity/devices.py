"""Where somebody is signed in: sessions as their owner sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.identity.ports import Device
from ecommerce.domain.shared.ids import UserId


class UserAgent(msgspec.Struct, frozen=True):
    """What a browser's or an app's `User-Agent` header tells; null where it doesn't."""

    browser: str | None = None
    os: str | None = None
    device: str | None = None


class DeviceSession(msgspec.Struct, frozen=True, kw_only=True):
    """`address` is where the session was begun from; `current`: the one that asks."""

    id: UUID
    device_name: str | None
    user_agent: UserAgent
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    id: UUID
    device: Device
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPosition:
    """Where a page begins: after (older than) or, going back, before (newer than) this session."""

    created_at: datetime
    session_id: UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """Newest first. `count` goes one beyond `most` at most; `more` tells whether any follow in the direction
    that was asked for.
    """

    sessions: Sequence[SessionRecord]
    count: int
    more: bool


class SessionQueries(Protocol):
    """Outside any unit of work."""

    async def of_account(
        self, account_id: UserId, size: int, position: SessionPosition | None, offset: int, most: int
    ) -> SessionPage:
        """Those that go on: not ended, with a refresh token that still can be used."""
        ...


class KnownDevices(Protocol):
    async def knows(self, email_key: str, address: str, user_agent: str) -> bool:
        """Whether the account with this key of an address has had a session from the client address and with
        the user agent that was seen within `KNOWN_FOR`. The same work where there is no such account.
        Outside any unit of work.
        """
        ...


class UserAgents(Protocol):
    async def describe(self, headers: Sequence[str | None]) -> list[UserAgent]:
        """One for each header, in their order."""
        ...
