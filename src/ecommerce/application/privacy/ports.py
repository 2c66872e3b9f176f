"""What exports and erasures ask of the outside world."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.shared.erased import pseudonym
from ecommerce.domain.privacy.request import RequestKind
from ecommerce.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRules:
    """`base_url` is the shop's own, for links; `locale` the language we write to people in."""

    base_url: str
    locale: str


class PrivacyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a job. `size` in bytes; `expires_at` is when an export's archive goes."""

    id: UUID
    kind: str
    account_id: UUID
    status: str
    failure: str | None
    size: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an export or erasure is about: all rows of the account, and what a guest left under its address.

    Only a verified address counts: anybody can type one. `until` is when it was asked: by the time an erasure
    is done, the address may be somebody's again.
    """

    account_id: UUID
    email: str
    verified: bool
    until: datetime

    @property
    def proven_email(self) -> str | None:
        return self.email if self.verified else None

    @property
    def pseudonym(self) -> str:
        return pseudonym(self.account_id)


class ClosingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """`roles` are those it has as staff, `orders_under_way` the numbers of orders that were sent, in part or
    whole, and have not arrived.
    """

    subject: Subject
    roles: frozenset[str]
    orders_under_way: list[str]


class People(Protocol):
    """Accounts, as far as an export or erasure begins with them."""

    async def id_of(self, email_key: str) -> UserId:
        """Raises `NotFound`. Outside any unit of work."""
        ...

    async def subject(self, account_id: UserId) -> Subject:
        """Raises `NotFound`, also for an account that is closed. Only inside a unit of work."""
        ...

    async def lock_to_close(self, account_id: UserId) -> ClosingAccount:
        """Lock the account, and every admin with an admin's; its open cart is gone from here on, so that
        nothing more is ordered with it.

        Raises `NotFound`, also for one that is closed. Only inside a unit of work.
        """
        ...

    async def close(self, account_id: UserId) -> None:
        """Nobody signs in any more, in whatever way. Only inside the unit of work that has it locked."""
        ...


class PrivacyRequests(Protocol):
    """The records of all jobs. Only inside a unit of work, where nothing else is said."""

    async def ask_for_export(
        self, request_id: UUID, account_id: UserId, actor: str
    ) -> tuple[PrivacyRequest, bool]:
        """A new one and True, or the one that runs and False, however many ask at once.

        Raises `NotFound` for an account that is absent or closed.
        """
        ...

    async def add_erasure(
        self, request_id: UUID, account_id: UserId, actor: str, subject: bytes
    ) -> PrivacyRequest: ...

    async def begin(self, request_id: UUID, kind: RequestKind) -> PrivacyRequest | None:
        """Mark it running, again if it was; None when it's over or absent."""
        ...

    async def subject_of(self, request_id: UUID) -> bytes | None:
        """What `add_erasure` was given, until it is done."""
        ...

    async def keep_archive(self, request_id: UUID, archive: bytes, size: int, kept: timedelta) -> None:
        """The export is done; older archives of the same person go. Nothing happens when it was over."""
        ...

    async def finish(self, request_id: UUID, failure: str | None = None) -> bool:
        """Done, or failed. False when it was over."""
        ...

    async def find_export(self, request_id: UUID, account_id: UserId) -> PrivacyRequest:
        """Raises `NotFound`, also for somebody else's. Outside any unit of work."""
        ...

    async def archive(self, request_id: UUID) -> bytes:
        """Raises `NotFound` unless there is one that hasn't expired. Outside any unit of work."""
        ...

    async def unfinished(self, kind: RequestKind, older_than: timedelta, limit: int) -> list[UUID]:
        """Those that have waited longest first. Outside any unit of work."""
        ...


class PersonalData(Protocol):
    """All that is held about a person. Only inside a unit of work. Everything is safe to repeat."""

    def collect(self, subject: Subject) -> AsyncIterator[tuple[str, bytes]]:
        """Every record, as the name of its kind and a JSON object; one kind after the other. No secrets."""
        ...

    async def cancellable(self, subject: Subject) -> list[str]:
        """The numbers of the person's orders that nobody has begun to fulfil."""
        ...

    async def expects_messages(self, subject: Subject) -> bool:
        """Whether a message to them is still to be written or sent."""
        ...

    async def orders_to_erase(self, subject: Subject) -> list[UUID]:
        """Those that still tell of the person."""
        ...

    async def erase_order(self, subject: Subject, order_id: UUID) -> bool:
        """Keep of an order, and of all that hangs on it, what the law wants kept. False: it isn't over."""
        ...

    async def erase_rest(self, subject: Subject) -> None:
        """All else, wherever it is, the account among it."""
        ...
