"""Exports and erasures in dicts: the same promises as the adapters for PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.application.privacy.ports import ClosingAccount, PrivacyRequest, Subject
from ecommerce.domain.privacy.request import RequestKind
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

_RUNNING = ("queued", "running")


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryPeople:
    accounts: MemoryAccounts
    under_way: dict[UserId, list[str]] = field(default_factory=dict)

    async def id_of(self, email_key: str) -> UserId:
        account = await self.accounts.find(email_key)
        if account is None or account.id in self.accounts.closed:
            raise NotFound("there is no such account")
        return account.id

    async def subject(self, account_id: UserId) -> Subject:
        if account_id in self.accounts.closed:
            raise NotFound("there is no such account")
        account = await self.accounts.get(account_id)
        return Subject(
            account_id=account.id,
            email=account.email.text,
            verified=account.email_verified,
            until=_wall_clock(),
        )

    async def lock_to_close(self, account_id: UserId) -> ClosingAccount:
        subject = await self.subject(account_id)
        return ClosingAccount(
            subject=subject,
            roles=self.accounts.by_id[account_id].roles,
            orders_under_way=self.under_way.get(account_id, []),
        )

    async def close(self, account_id: UserId) -> None:
        self.accounts.closed.add(account_id)


@dataclass
class MemoryPrivacyRequests:
    accounts: MemoryAccounts
    clock: Callable[[], datetime] = _wall_clock
    requests: dict[UUID, PrivacyRequest] = field(default_factory=dict)
    subjects: dict[UUID, bytes] = field(default_factory=dict)
    archives: dict[UUID, bytes] = field(default_factory=dict)

    async def ask_for_export(
        self, request_id: UUID, account_id: UserId, actor: str
    ) -> tuple[PrivacyRequest, bool]:
        if account_id not in self.accounts.by_id or account_id in self.accounts.closed:
            raise NotFound("there is no such account")
        for request in self.requests.values():
            if (request.kind, request.account_id) == ("export", account_id) and request.status in _RUNNING:
                return request, False
        return self._add(request_id, RequestKind.EXPORT, account_id), True

    async def add_erasure(
        self, request_id: UUID, account_id: UserId, actor: str, subject: bytes
    ) -> PrivacyRequest:
        self.subjects[request_id] = subject
        return self._add(request_id, RequestKind.ERASURE, account_id)

    async def begin(self, request_id: UUID, kind: RequestKind) -> PrivacyRequest | None:
        request = self.requests.get(request_id)
        if request is None or request.kind != kind or request.status not in _RUNNING:
            return None
        return self._change(request, status="running")

    async def subject_of(self, request_id: UUID) -> bytes | None:
        return self.subjects.get(request_id)

    async def keep_archive(self, request_id: UUID, archive: bytes, size: int, kept: timedelta) -> None:
        request = self.requests[request_id]
        if request.status not in _RUNNING:
            return
        for other in list(self.requests.values()):
            if other.account_id == request.account_id and self.archives.pop(other.id, None) is not None:
                self._change(other, status="expired")
        now = self.clock()
        self.archives[request_id] = archive
        self._change(request, status="done", size=size, finished_at=now, expires_at=now + kept)

    async def finish(self, request_id: UUID, failure: str | None = None) -> bool:
        request = self.requests[request_id]
        if request.status not in _RUNNING:
            return False
        self.subjects.pop(request_id, None)
        status = "done" if failure is None else "failed"
        self._change(request, status=status, failure=failure, finished_at=self.clock())
        return True

    async def find_export(self, request_id: UUID, account_id: UserId) -> PrivacyRequest:
        request = self.requests.get(request_id)
        if request is None or (request.kind, request.account_id) != ("export", account_id):
            raise NotFound("there is no such export")
        return request

    async def archive(self, request_id: UUID) -> bytes:
        request = self.requests.get(request_id)
        gone = request is None or request.expires_at is None or request.expires_at <= self.clock()
        if gone or request_id not in self.archives:
            raise NotFound("there is no such export, or the link has expired")
        return self.archives[request_id]

    async def unfinished(self, kind: RequestKind, older_than: timedelta, limit: int) -> list[UUID]:
        waiting = [
            request
            for request in self.requests.values()
            if request.kind == kind
            and request.status in _RUNNING
            and request.created_at <= self.clock() - older_than
        ]
        return [request.id for request in sorted(waiting, key=lambda each: each.created_at)][:limit]

    def _add(self, request_id: UUID, kind: RequestKind, account_id: UserId) -> PrivacyRequest:
        self.requests[request_id] = PrivacyRequest(
            id=request_id,
            kind=kind.value,
            account_id=account_id,
            status="queued",
            failure=None,
            size=None,
            created_at=self.clock(),
            finished_at=None,
            expires_at=None,
        )
        return self.requests[request_id]

    def _change(self, request: PrivacyRequest, **changes: object) -> PrivacyRequest:
        self.requests[request.id] = msgspec.structs.replace(request, **changes)
        return self.requests[request.id]


@dataclass
class MemoryPersonalData:
    """What is held is told beforehand. `open_orders` aren't over; `erased` tells what was done."""

    records: list[tuple[str, bytes]] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    expecting: bool = False
    orders: list[UUID] = field(default_factory=list)
    open_orders: set[UUID] = field(default_factory=set)
    erased: list[UUID | str] = field(default_factory=list)

    async def collect(self, subject: Subject) -> AsyncIterator[tuple[str, bytes]]:
        for record in self.records:
            yield record

    async def cancellable(self, subject: Subject) -> list[str]:
        return list(self.unsent)

    async def expects_messages(self, subject: Subject) -> bool:
        return self.expecting

    async def orders_to_erase(self, subject: Subject) -> list[UUID]:
        return [order_id for order_id in self.orders if order_id not in self.erased]

    async def erase_order(self, subject: Subject, order_id: UUID) -> bool:
        if order_id in self.open_orders:
            return False
        self.erased.append(order_id)
        return True

    async def erase_rest(self, subject: Subject) -> None:
        self.erased.append("rest")
