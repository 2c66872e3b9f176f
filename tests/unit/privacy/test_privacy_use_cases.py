"""Exports and erasures over fakes: what is refused, what waits, what is done again."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.identity import MemoryAccounts, MemoryEndedSessions, MemorySessions
from ecommerce.adapters.memory.notifications import MemoryLetterBox
from ecommerce.adapters.memory.privacy import MemoryPeople, MemoryPersonalData, MemoryPrivacyRequests
from ecommerce.adapters.memory.staff import MemoryRoleBook, MemoryStaffRoster
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.system.cipher import AesCipher
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.identity.check_address import EmailChecker
from ecommerce.application.identity.ports import Device
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.identity.sign_out_all import SignOutForGood
from ecommerce.application.notifications.notifier import OutboxNotifier
from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.privacy.archive_links import ArchiveLinks
from ecommerce.application.privacy.ask_for_export import AskForExport, AskForExportHandler
from ecommerce.application.privacy.close_account import CloseAccount, CloseAccountHandler, Farewell
from ecommerce.application.privacy.erase_person import ErasePerson, ErasePersonHandler
from ecommerce.application.privacy.fetch_archive import ArchiveReader, FetchArchive, FetchArchiveHandler
from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.privacy.ports import PrivacyRules
from ecommerce.application.privacy.resume import ResumePrivacyHandler
from ecommerce.application.privacy.show_export import ShowExportHandler
from ecommerce.application.privacy.views import ErasureView, ExportView
from ecommerce.application.privacy.whose import Whose
from ecommerce.application.shared.actor import Actor, StepUpRequired
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import Desk
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.custom_role import LastAdmin
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.privacy.request import OrdersUnderWay
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import (
    Forbidden,
    IllegalTransition,
    NotFound,
    Unauthenticated,
    Unavailable,
)

pytestmark = pytest.mark.anyio
OURSELVES = Actor.system("test")
SECRET = "k" * 40


@dataclass
class MovingClock:
    at: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Canceller:
    cancelled: list[str] = field(default_factory=list)
    refuses: bool = False

    async def __call__(self, number: str, actor: Actor, order_token: str | None = None) -> OrderView:
        if self.refuses:
            raise IllegalTransition("too late")
        self.cancelled.append(number)
        return None  # type: ignore[return-value]  # nobody looks at it here


class Office:
    def __init__(self, largest: int = 10_000) -> None:
        self.uow, self.clock, self.cipher = MemoryUnitOfWork(), MovingClock(), AesCipher(SECRET)
        self.outbox, self.audit, self.letters = MemoryOutbox(self.uow), MemoryAuditLog(), MemoryLetterBox()
        self.accounts = MemoryAccounts(self.outbox)
        self.sessions, self.ended = MemorySessions(self.accounts), MemoryEndedSessions()
        self.people = MemoryPeople(self.accounts)
        self.requests = MemoryPrivacyRequests(self.accounts, self.clock.now)
        self.data, self.canceller = MemoryPersonalData(), Canceller()
        ids, rules = Uuid7Ids(), PrivacyRules(base_url="https://shop.example.com", locale="en")
        desk = Desk(self.uow, self.audit, ids, self.clock, Call())
        links = ArchiveLinks(SecretTokens(SECRET), self.clock, rules)
        whose = Whose(self.people, EmailChecker(CheckedEmailAddresses(reserved=True)))
        farewell = Farewell(OutboxNotifier(self.letters, self.outbox, ids), self.outbox, rules)
        self.ask = AskForExportHandler(desk, whose, self.requests, self.outbox, links)
        self.show = ShowExportHandler(self.requests, links)
        self.fetch = FetchArchiveHandler(ArchiveReader(self.requests, self.cipher), links)
        self.make = MakeExportHandler(
            self.uow, self.people, self.data, self.requests, self.cipher, largest=largest
        )
        self.close = CloseAccountHandler(
            desk,
            whose,
            self.people,
            self.requests,
            RoleRules(MemoryRoleBook(self.accounts), MemoryStaffRoster(self.accounts)),
            SignOutForGood(self.sessions, self.ended),
            farewell,
            self.cipher,
        )
        self.erase = ErasePersonHandler(desk, self.requests, self.data, self.canceller, self.cipher)
        self.resume = ResumePrivacyHandler(self.requests, self.make, self.erase)

    async def somebody(self, *roles: str, email: str = "ada@example.com") -> Actor:
        account = Account.register(
            UserId(uuid4()), EmailAddress(email, email), "a hash", self.clock.now(), verify=False
        )
        account.grant(roles)
        async with self.uow.begin():
            await self.accounts.add(account)
        self.outbox.events.clear()
        return Actor(label=f"customer:{account.id}", account_id=account.id, authenticated_at=self.clock.now())

    async def exported(self, actor: Actor) -> ExportView:
        asked, _ = await self.ask(AskForExport(), actor)
        await self.make(MakeExport(asked.id))
        return await self.show(asked.id, actor)

    async def closed(self, actor: Actor) -> ErasureView:
        return await self.close(CloseAccount(), actor)


@pytest.fixture
def office() -> Office:
    return Office()


def link_of(view: ExportView) -> FetchArchive:
    assert view.download_url is not None
    url = urlsplit(view.download_url)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.path == f"/api/v1/exports/{view.id}"
    return FetchArchive(request_id=view.id, expires=int(query["expires"]), signature=query["signature"])


# Exports.


async def test_an_export_is_a_zip_of_json_by_kind(office: Office) -> None:
    ada = await office.somebody()
    office.data.records = [("profile", b'{"a": 1}'), ("orders", b'{"n": 1}'), ("orders", b'{"n": 2}')]

    view = await office.exported(ada)

    content = await office.fetch(link_of(view))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert told == {"profile.json": [{"a": 1}], "orders.json": [{"n": 1}, {"n": 2}]}
    assert (view.status, view.size) == ("done", len(content))
    assert content not in office.requests.archives[view.id]
    assert view.download_url is not None
    assert view.download_url.startswith("https://shop.example.com/api/v1/")


async def test_asking_is_told_once(office: Office) -> None:
    ada = await office.somebody()
    first, is_new = await office.ask(AskForExport(), ada)
    again, is_second = await office.ask(AskForExport(), ada)
    assert (is_new, is_second, again) == (True, False, first)
    assert len(office.outbox.events) == 1
    assert office.audit.entries == [
        (ada.label, "privacy.export_asked", f"account:{ada.account_id}", None, None)
    ]
    assert first.download_url is None


async def test_what_is_too_large_fails_and_says_so(office: Office) -> None:
    office = Office(largest=10)
    ada = await office.somebody()
    office.data.records = [("orders", b"x" * 6)] * 2
    view = await office.exported(ada)
    assert (view.status, view.failure, view.download_url) == ("failed", "export-too-large", None)
    assert (await office.ask(AskForExport(), ada))[1]


async def test_a_link_opens_one_export_for_some_minutes(office: Office) -> None:
    ada, grace = await office.somebody(), await office.somebody(email="grace@example.com")
    view, other = await office.exported(ada), await office.exported(grace)
    link = link_of(view)
    for forged in (
        FetchArchive(request_id=other.id, expires=link.expires, signature=link.signature),
        FetchArchive(request_id=view.id, expires=link.expires + 60, signature=link.signature),
        FetchArchive(request_id=view.id, expires=link.expires, signature=link.signature[:-1] + "é"),
        FetchArchive(request_id=view.id, expires=link.expires, signature=""),
    ):
        with pytest.raises(NotFound):
            await office.fetch(forged)
    assert await office.fetch(link)

    office.clock.pass_by(minutes=15)
    with pytest.raises(NotFound):
        await office.fetch(link)
    assert await office.fetch(link_of(await office.show(view.id, ada)))


async def test_no_link_outlives_its_archive(office: Office) -> None:
    ada = await office.somebody()
    view = await office.exported(ada)
    office.clock.pass_by(days=6, hours=23, minutes=55)
    link = link_of(await office.show(view.id, ada))
    assert view.expires_at is not None
    assert link.expires == int(view.expires_at.timestamp())
    office.clock.pass_by(minutes=6)
    with pytest.raises(NotFound):
        await office.fetch(link)


async def test_an_export_of_somebody_who_left_fails(office: Office) -> None:
    ada = await office.somebody()
    asked, _ = await office.ask(AskForExport(), ada)
    await office.closed(ada)
    await office.make(MakeExport(asked.id))
    assert office.requests.requests[asked.id].status == "failed"
    with pytest.raises(NotFound):
        await office.ask(AskForExport(), ada)


async def test_who_may_ask_for_others(office: Office) -> None:
    ada = await office.somebody()
    assert (await office.ask(AskForExport(email="ADA@example.com"), OURSELVES))[1]
    with pytest.raises(Forbidden):
        await office.ask(AskForExport(email="ada@example.com"), ada)
    with pytest.raises(Unauthenticated):
        await office.ask(AskForExport(), Actor())
    with pytest.raises(NotFound):
        await office.close(CloseAccount(email="nobody@example.com"), OURSELVES)


# Erasures.


async def test_closing_ends_every_session_and_tells_the_person(office: Office) -> None:
    ada = await office.somebody()
    assert ada.account_id is not None
    session_id = uuid4()
    async with office.uow.begin():
        await office.sessions.open(
            session_id,
            office.accounts.by_id[ada.account_id],
            Device(name=None, user_agent=None, address=None),
            b"t",
            timedelta(days=1),
        )
    view = await office.closed(ada)
    assert view.status == "queued"
    assert office.sessions.ended[session_id] == "erasure"
    assert await office.ended.holds(session_id)
    (letter,) = office.letters.kept.values()
    assert (letter.letter.recipient, letter.letter.template, letter.letter.context) == (
        "ada@example.com",
        "account_erased",
        {},
    )
    assert [type(event).__name__ for event in office.outbox.events] == ["NotificationQueued", "AccountClosed"]
    assert all("ada@" not in str(event.payload()) for event in office.outbox.events)
    assert office.audit.entries == [
        (ada.label, "privacy.erasure_asked", f"account:{ada.account_id}", None, None)
    ]
    with pytest.raises(NotFound):
        await office.closed(ada)


async def test_what_stands_against_it(office: Office) -> None:
    admin, ada = await office.somebody("admin"), await office.somebody(email="grace@example.com")
    assert ada.account_id is not None
    with pytest.raises(LastAdmin):
        await office.closed(admin)
    office.people.under_way[ada.account_id] = ["ORD-1"]
    with pytest.raises(OrdersUnderWay) as refused:
        await office.closed(ada)
    assert refused.value.data == {"orders": ["ORD-1"]}
    office.clock.pass_by(minutes=11)
    with pytest.raises(StepUpRequired):
        await office.closed(ada)
    assert office.requests.requests == {}
    assert office.letters.kept == {}


async def test_an_erasure_cancels_waits_erases_and_looks_again(office: Office) -> None:
    order_id = uuid4()
    office.data.unsent, office.data.orders, office.data.expecting = ["ORD-1"], [order_id], True
    request = ErasePerson((await office.closed(await office.somebody())).id)
    with pytest.raises(Unavailable):
        await office.erase(request, OURSELVES)
    assert (office.canceller.cancelled, office.data.erased) == (["ORD-1"], [])

    office.data.expecting, office.data.unsent = False, []
    assert not await office.erase(request, OURSELVES)
    assert office.data.erased == [order_id, "rest"]
    assert office.requests.subjects

    office.clock.pass_by(minutes=11)
    assert await office.erase(request, OURSELVES)
    assert office.data.erased == [order_id, "rest", "rest"]
    assert office.requests.subjects == {}
    assert [entry[1] for entry in office.audit.entries] == ["privacy.erasure_asked", "privacy.erased"]
    assert await office.erase(request, OURSELVES)
    assert len(office.audit.entries) == 2


async def test_a_message_that_never_goes_holds_it_up_for_a_day(office: Office) -> None:
    office.data.expecting = True
    request = ErasePerson((await office.closed(await office.somebody())).id)
    office.clock.pass_by(hours=23)
    with pytest.raises(Unavailable):
        await office.erase(request, OURSELVES)
    office.clock.pass_by(hours=1)
    assert await office.erase(request, OURSELVES)


async def test_an_order_that_is_not_over_is_erased_when_it_is(office: Office) -> None:
    order_id = uuid4()
    office.data.orders, office.data.open_orders, office.data.unsent = [order_id], {order_id}, ["ORD-1"]
    office.canceller.refuses = True
    request = ErasePerson((await office.closed(await office.somebody())).id)
    office.clock.pass_by(minutes=11)
    assert not await office.erase(request, OURSELVES)
    assert office.data.erased == ["rest"]
    office.data.open_orders.clear()
    assert await office.erase(request, OURSELVES)
    assert order_id in office.data.erased


async def test_what_nobody_works_on_is_taken_up(office: Office) -> None:
    ada, grace = await office.somebody(), await office.somebody(email="grace@example.com")
    export, _ = await office.ask(AskForExport(), ada)
    erasure = await office.closed(grace)
    await office.resume(OURSELVES)
    assert {each.status for each in office.requests.requests.values()} == {"queued"}

    office.clock.pass_by(minutes=1)
    await office.resume(OURSELVES)
    assert statuses(office, export.id, erasure.id) == ["done", "running"]
    office.clock.pass_by(minutes=10)
    await office.resume(OURSELVES)
    assert statuses(office, export.id, erasure.id) == ["done", "done"]


async def test_one_that_fails_holds_up_nobody(office: Office) -> None:
    office.data.expecting = True
    people = [await office.somebody(email=f"p{number}@example.com") for number in range(3)]
    erasures = [await office.closed(each) for each in people]
    office.requests.subjects[erasures[0].id] = b"damaged"
    office.data.expecting = False
    office.clock.pass_by(minutes=11)
    await office.resume(OURSELVES)
    assert statuses(office, *(each.id for each in erasures)) == ["running", "done", "done"]


def statuses(office: Office, *request_ids: UUID) -> list[str]:
    return [office.requests.requests[each].status for each in request_ids]
