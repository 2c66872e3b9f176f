"""What any store of exports, erasures and closing accounts promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest

from ecommerce.adapters.memory.identity import MemoryAccounts, MemorySessions
from ecommerce.adapters.memory.privacy import MemoryPeople, MemoryPrivacyRequests
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.identity.accounts import PgAccounts
from ecommerce.adapters.postgres.identity.sessions import PgSessions
from ecommerce.adapters.postgres.outbox import PgOutbox
from ecommerce.adapters.postgres.privacy.people import PgPeople
from ecommerce.adapters.postgres.privacy.requests import PgPrivacyRequests
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.ports import Accounts, Device, Sessions
from ecommerce.application.privacy.ports import People, PrivacyRequest, PrivacyRequests
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account, InvalidCredentials
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.privacy.request import RequestKind
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

pytestmark = pytest.mark.anyio
WEEK = timedelta(days=7)
NO_AGE = timedelta(0)


@dataclass
class Ports:
    uow: UnitOfWork
    accounts: Accounts
    sessions: Sessions
    people: People
    requests: PrivacyRequests

    async def somebody(self, email: str = "ada@example.com", *roles: str) -> UserId:
        account = Account.register(
            UserId(uuid4()), EmailAddress(email, email), "a hash", datetime.now(UTC), verify=False
        )
        account.grant(roles)
        async with self.uow.begin():
            await self.accounts.add(account)
        return account.id

    async def ask(self, account_id: UserId) -> tuple[PrivacyRequest, bool]:
        async with self.uow.begin():
            return await self.requests.ask_for_export(uuid4(), account_id, "customer:x")

    async def keep(self, request: PrivacyRequest, content: bytes, kept: timedelta = WEEK) -> None:
        async with self.uow.begin():
            await self.requests.keep_archive(request.id, content, len(content), kept)

    async def close(self, account_id: UserId) -> None:
        async with self.uow.begin():
            await self.people.lock_to_close(account_id)
            await self.people.close(account_id)


@pytest.fixture
def memory() -> Ports:
    uow = MemoryUnitOfWork()
    accounts = MemoryAccounts(MemoryOutbox(uow))
    return Ports(
        uow, accounts, MemorySessions(accounts), MemoryPeople(accounts), MemoryPrivacyRequests(accounts)
    )


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Ports]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Ports(
        uow,
        PgAccounts(database, uow, PgOutbox(uow)),
        PgSessions(uow),
        PgPeople(database, uow),
        PgPrivacyRequests(database, uow),
    )
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest) -> Ports:
    return cast(Ports, request.getfixturevalue(request.param))


async def test_one_export_runs_at_a_time(ports: Ports) -> None:
    ada, grace = await ports.somebody(), await ports.somebody("grace@example.com")
    first, is_new = await ports.ask(ada)
    again, is_second = await ports.ask(ada)
    assert (first.status, is_new, again, is_second) == ("queued", True, first, False)
    assert (await ports.ask(grace))[1]

    await ports.keep(first, b"zip")
    assert (await ports.ask(ada))[1]


async def test_an_archive_is_kept_until_the_next_one_or_its_end(ports: Ports) -> None:
    ada = await ports.somebody()
    first, _ = await ports.ask(ada)
    with pytest.raises(NotFound):
        await ports.requests.archive(first.id)
    await ports.keep(first, b"first")
    done = await ports.requests.find_export(first.id, ada)
    assert (done.status, done.size) == ("done", 5)
    assert done.expires_at is not None
    assert done.finished_at is not None
    assert done.expires_at - done.finished_at == WEEK
    assert await ports.requests.archive(first.id) == b"first"

    second, _ = await ports.ask(ada)
    await ports.keep(second, b"second")
    await ports.keep(second, b"too late")
    assert await ports.requests.archive(second.id) == b"second"
    assert (await ports.requests.find_export(first.id, ada)).status == "expired"
    with pytest.raises(NotFound):
        await ports.requests.archive(first.id)

    third, _ = await ports.ask(ada)
    await ports.keep(third, b"brief", NO_AGE)
    with pytest.raises(NotFound):
        await ports.requests.archive(third.id)


async def test_an_export_is_its_owners(ports: Ports) -> None:
    ada, grace = await ports.somebody(), await ports.somebody("grace@example.com")
    export, _ = await ports.ask(ada)
    for request_id, account_id in ((export.id, grace), (uuid4(), ada)):
        with pytest.raises(NotFound):
            await ports.requests.find_export(request_id, account_id)


async def test_what_is_over_is_not_begun_again(ports: Ports) -> None:
    export, _ = await ports.ask(await ports.somebody())
    async with ports.uow.begin():
        assert await ports.requests.begin(export.id, RequestKind.ERASURE) is None
        begun = await ports.requests.begin(export.id, RequestKind.EXPORT)
        assert begun is not None
        assert begun.status == "running"
        assert await ports.requests.begin(export.id, RequestKind.EXPORT) == begun
        assert await ports.requests.finish(export.id, failure="too-large")
        assert not await ports.requests.finish(export.id)
        assert await ports.requests.begin(export.id, RequestKind.EXPORT) is None
        assert await ports.requests.begin(uuid4(), RequestKind.EXPORT) is None


@pytest.mark.breaks_invariants("who was erased has no address any more")
async def test_an_erasure_knows_whom_until_it_is_done(ports: Ports) -> None:
    ada, erasure_id = await ports.somebody(), uuid4()
    async with ports.uow.begin():
        erasure = await ports.requests.add_erasure(erasure_id, ada, "customer:x", b"sealed")
    assert (erasure.kind, erasure.status, erasure.account_id) == ("erasure", "queued", ada)
    assert await ports.requests.unfinished(RequestKind.ERASURE, NO_AGE, 10) == [erasure_id]
    assert await ports.requests.unfinished(RequestKind.ERASURE, WEEK, 10) == []
    assert await ports.requests.unfinished(RequestKind.EXPORT, NO_AGE, 10) == []
    async with ports.uow.begin():
        assert await ports.requests.subject_of(erasure_id) == b"sealed"
        assert await ports.requests.finish(erasure_id)
        assert await ports.requests.subject_of(erasure_id) is None
    assert await ports.requests.unfinished(RequestKind.ERASURE, NO_AGE, 10) == []
    with pytest.raises(NotFound):
        await ports.requests.find_export(erasure_id, ada)


async def test_a_closed_account_is_nobodys(ports: Ports) -> None:
    ada = await ports.somebody()
    assert await ports.people.id_of("ada@example.com") == ada
    async with ports.uow.begin():
        subject = await ports.people.subject(ada)
    assert (subject.account_id, subject.email, subject.proven_email) == (ada, "ada@example.com", None)
    account = await ports.accounts.get(ada)

    await ports.close(ada)

    assert await ports.accounts.find("ada@example.com") is None
    with pytest.raises(NotFound):
        await ports.accounts.get(ada)
    with pytest.raises(NotFound):
        await ports.people.id_of("ada@example.com")
    with pytest.raises(NotFound):
        await ports.ask(ada)
    for look in (ports.people.subject, ports.people.lock_to_close):
        with pytest.raises(NotFound):
            async with ports.uow.begin():
                await look(ada)
    with pytest.raises(InvalidCredentials):
        async with ports.uow.begin():
            await ports.sessions.open(
                uuid4(), account, Device(name=None, user_agent=None, address=None), b"t", WEEK
            )


async def test_of_a_closing_account_its_roles_are_told(ports: Ports) -> None:
    for email, roles in (("a@example.com", ("admin", "support")), ("b@example.com", ())):
        account_id = await ports.somebody(email, *roles)
        async with ports.uow.begin():
            assert (await ports.people.lock_to_close(account_id)).roles == frozenset(roles)
