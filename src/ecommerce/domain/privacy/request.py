"""What a person may ask to be done with their data, and what stands against it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Conflict, DomainError, Event

# How long an export can be fetched, and how long a link to it is good: it opens without credentials.
ARCHIVE_KEPT = timedelta(days=7)
LINK_LIFETIME = timedelta(minutes=15)
# Of JSON, before it is compressed: a person's own data fit in memory.
LARGEST_EXPORT = 64 * 1024 * 1024
# An erasure waits so long for the last messages to its person, then goes on without them.
LONGEST_WAIT = timedelta(days=1)
# And looks again after this: what was on its way when the account was closed has arrived by then. An access
# token lives for ten minutes, a request for less.
SETTLED = timedelta(minutes=11)


class RequestKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


class RequestStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"  # an export whose archive is gone


class OrdersUnderWay(Conflict):
    """Parcels are on their way: who sends them needs to know where to. `data`: `orders`, their numbers."""

    code = "orders-under-way"


class ExportTooLarge(DomainError):
    code = "export-too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequested(Event):
    aggregate: ClassVar[str] = "privacy_request"
    request_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.request_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """Its owner asked to be erased: nobody signs in any more, and all that is theirs is to go."""

    aggregate: ClassVar[str] = "account"
    account_id: UserId
    request_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.account_id
