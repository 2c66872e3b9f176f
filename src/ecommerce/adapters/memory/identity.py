"""Accounts, sessions, profiles and address books in dicts: the same promises as the adapters for PostgreSQL.

Transactions are not undone here: what raises inside a unit of work in a test has written nothing before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.application.identity.devices import SessionRecord
from ecommerce.application.identity.ports import Device, PasswordCheck, ProfileChange
from ecommerce.application.identity.views import AddressBookEntry, User
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.ports import Outbox
from ecommerce.domain.identity.account import Account, InvalidCredentials, RegistrationRepeated
from ecommerce.domain.identity.customer_groups import Membership
from ecommerce.domain.identity.session import EndedBy, HeldToken, Session
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate, NotFound


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryAccounts:
    outbox: Outbox
    by_id: dict[UserId, Account] = field(default_factory=dict)
    closed: set[UserId] = field(default_factory=set)

    async def find(self, email_key: str) -> Account | None:
        found = self._holder(email_key)
        return None if found is None or found.id in self.closed else _copy(found)

    def _holder(self, email_key: str) -> Account | None:
        return next((each for each in self.by_id.values() if each.email.key == email_key), None)

    async def get(self, account_id: UserId) -> Account:
        if account_id not in self.by_id or account_id in self.closed:
            raise NotFound("there is no such account")
        return _copy(self.by_id[account_id])

    async def add(self, account: Account) -> UserId | None:
        taken, events = self._holder(account.email.key), account.pull_events()
        if taken is not None:
            await self.outbox.add([RegistrationRepeated(account_id=taken.id)])
            return taken.id
        self.by_id[account.id] = _copy(account)
        await self.outbox.add(events)
        return None

    async def lock(self, email_key: str) -> Account:
        found = await self.find(email_key)
        if found is None:
            raise NotFound("there is no such account")
        return found

    async def lock_id(self, account_id: UserId) -> Account:
        return await self.get(account_id)

    async def save(self, account: Account) -> None:
        kept = self.by_id[account.id]
        kept.password_hash, kept.roles = account.password_hash, account.roles
        await self.outbox.add(account.pull_events())

    async def rehash(self, account_id: UserId, old: str, new: str) -> bool:
        if self.by_id[account_id].password_hash != old:
            return False
        self.by_id[account_id].password_hash = new
        return True


def _copy(account: Account) -> Account:
    names = (name for name in Account.__dataclass_fields__ if not name.startswith("_"))
    return Account(**{name: getattr(account, name) for name in names})


@dataclass
class MemoryCustomerGroups:
    accounts: MemoryAccounts
    groups: dict[UserId, frozenset[str]] = field(default_factory=dict)

    async def find(self, customer: UserId | str) -> Membership:
        for account in self.accounts.by_id.values():
            if customer in (account.id, account.email.key):
                return Membership(account.id, account.email.text, self.groups.get(account.id, frozenset()))
        raise NotFound("there is no such account")

    async def lock(self, customer: UserId | str) -> Membership:
        return await self.find(customer)

    async def save(self, membership: Membership) -> None:
        self.groups[membership.account_id] = membership.groups


@dataclass
class _Token:
    session_id: UUID
    expires_at: datetime
    spent_at: datetime | None = None


@dataclass
class MemorySessions:
    accounts: MemoryAccounts
    clock: Callable[[], datetime] = _wall_clock
    sessions: dict[UUID, Session] = field(default_factory=dict)
    ended: dict[UUID, EndedBy] = field(default_factory=dict)
    tokens: dict[bytes, _Token] = field(default_factory=dict)
    records: dict[UUID, SessionRecord] = field(default_factory=dict)

    async def open(
        self, session_id: UUID, account: Account, device: Device, token: bytes, lifetime: timedelta
    ) -> Session:
        if account.id in self.accounts.closed:
            raise InvalidCredentials
        kept = self.accounts.by_id[account.id]
        if (kept.password_hash, kept.roles) != (account.password_hash, account.roles):
            raise ConcurrentUpdate("this account was changed at the same moment; try again")
        session = Session(id=session_id, account_id=account.id, authenticated_at=self.clock())
        self.sessions[session_id] = session
        at = session.authenticated_at
        self.records[session_id] = SessionRecord(id=session_id, device=device, created_at=at, last_seen_at=at)
        self.tokens[token] = _Token(session_id, self.clock() + lifetime)
        return session

    async def lock_by_token(self, token: bytes) -> HeldToken | None:
        held = self.tokens.get(token)
        if held is None:
            return None
        session = self.sessions[held.session_id]
        return HeldToken(
            session=session,
            roles=self.accounts.by_id[session.account_id].roles,
            expires_at=held.expires_at,
            spent_at=held.spent_at,
            ended_by=self.ended.get(session.id),
            now=self.clock(),
        )

    async def find_by_token(self, token: bytes) -> UUID | None:
        return self.tokens[token].session_id if token in self.tokens else None

    async def rotate(self, session_id: UUID, spent: bytes, successor: bytes, lifetime: timedelta) -> None:
        if self.tokens[spent].spent_at is not None:
            raise ConcurrentUpdate("this refresh token was spent at the same moment; try again")
        self.tokens[spent].spent_at = self.clock()
        self.tokens[successor] = _Token(session_id, self.clock() + lifetime)
        self._see(session_id)

    async def reauthenticate(self, session_id: UUID, account_id: UserId) -> Session | None:
        session = self.sessions.get(session_id)
        if session is None or session.account_id != account_id or session_id in self.ended:
            return None
        self.sessions[session_id] = replace(session, authenticated_at=self.clock())
        self._see(session_id)
        return self.sessions[session_id]

    async def end(self, session_ids: Sequence[UUID], because: EndedBy) -> None:
        for session_id in session_ids:
            if session_id in self.sessions and session_id not in self.ended:
                self.ended[session_id] = because
                for token in self.tokens.values():
                    if token.session_id == session_id and token.spent_at is None:
                        token.spent_at = self.clock()

    async def end_one(self, account_id: UserId, session_id: UUID, because: EndedBy) -> bool:
        session = self.sessions.get(session_id)
        if session is None or session.account_id != account_id or session_id in self.ended:
            return False
        await self.end([session_id], because)
        return True

    async def end_all(self, account_id: UserId, because: EndedBy, keep: UUID | None = None) -> list[UUID]:
        live = [
            session.id
            for session in self.sessions.values()
            if session.account_id == account_id and session.id not in self.ended and session.id != keep
        ]
        await self.end(live, because)
        return live

    def _see(self, session_id: UUID) -> None:
        self.records[session_id] = replace(self.records[session_id], last_seen_at=self.clock())


@dataclass
class MemoryEndedSessions:
    """One process's: it hears of nothing but what it's told."""

    ended: set[UUID] = field(default_factory=set)

    async def holds(self, session_id: UUID) -> bool:
        return session_id in self.ended

    def add(self, session_ids: Sequence[UUID]) -> None:
        self.ended.update(session_ids)


@dataclass
class PlainHasher:
    """Hashes nothing and counts what is asked. `version` stands for the parameters."""

    version: int = 1
    work: int = 0

    async def hash(self, password: str) -> str:
        self.work += 1
        return f"{self.version}:{password}"

    async def check(self, password: str, hashed: str | None) -> PasswordCheck:
        self.work += 1
        version, _, known = (hashed or "").partition(":")
        matches = hashed is not None and known == password
        return PasswordCheck(matches, stale=matches and version != str(self.version))


@dataclass
class MemoryProfiles:
    accounts: MemoryAccounts

    async def view(self, account_id: UserId) -> User:
        return User.of(await self.accounts.get(account_id))

    async def change(self, account_id: UserId, change: ProfileChange) -> User:
        await self.accounts.get(account_id)
        for name in change.__struct_fields__:
            value: Any = getattr(change, name)
            if value is not msgspec.UNSET:
                setattr(self.accounts.by_id[account_id], name, value)
        return await self.view(account_id)


@dataclass
class MemoryAddressEntries:
    accounts: MemoryAccounts
    books: dict[UserId, dict[UUID, AddressBookEntry]] = field(default_factory=dict)

    async def view(self, account_id: UserId) -> list[AddressBookEntry]:
        book = self.books.get(account_id, {})
        return [book[key] for key in sorted(book)]

    async def get(self, account_id: UserId, address_id: UUID) -> AddressBookEntry:
        try:
            return self.books[account_id][address_id]
        except KeyError:
            raise NotFound("there is no such address") from None

    async def address(self, account_id: UserId, address_id: UUID) -> Address:
        return (await self.get(account_id, address_id)).address()

    async def lock(self, account_id: UserId) -> list[AddressBookEntry]:
        await self.accounts.get(account_id)
        return await self.view(account_id)

    async def add(self, account_id: UserId, entry: AddressBookEntry) -> None:
        book = self.books.setdefault(account_id, {})
        for other in book.values():
            if other.id != entry.id:
                book[other.id] = msgspec.structs.replace(
                    other,
                    is_default_shipping=other.is_default_shipping and not entry.is_default_shipping,
                    is_default_billing=other.is_default_billing and not entry.is_default_billing,
                )
        book[entry.id] = entry

    async def change(self, account_id: UserId, entry: AddressBookEntry) -> None:
        await self.get(account_id, entry.id)
        await self.add(account_id, entry)

    async def remove(self, account_id: UserId, address_id: UUID) -> None:
        await self.get(account_id, address_id)
        del self.books[account_id][address_id]
