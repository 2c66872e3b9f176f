"""Erasing beside everything else that goes on, and in the face of death."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from dishka import Provider, Scope, provide

from ecommerce.adapters.memory.notifications import MemorySender
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.privacy.ask_for_export import AskForExport, AskForExportHandler
from ecommerce.application.privacy.close_account import CloseAccount, CloseAccountHandler
from ecommerce.application.privacy.erase_person import ErasePerson, ErasePersonHandler
from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.outgoing import Retention
from ecommerce.domain.identity.custom_role import LastAdmin
from ecommerce.domain.privacy.request import OrdersUnderWay
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden, NotFound, Unavailable
from ecommerce.entrypoints.bootstrap.container import build_container
from tests.factories.customers import SECRET
from tests.factories.orders import place_order
from tests.factories.till import settings
from tests.integration.privacy.bureau import CLERK, Bureau, Outside
from tests.integration.privacy.looking import where_is
from tests.integration.privacy.planting import MARK, Planted

pytestmark = pytest.mark.anyio
ERASED = "SELECT count(*) FROM audit_log WHERE action = 'privacy.erased'"


class Killed(BaseException):
    """As `kill -9`: nothing after it is done, and the transaction is rolled back."""


class Mortal:
    """A connection that dies before its n-th statement."""

    def __init__(self, inner: Any, fuse: Iterator[bool]) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "fetch", "fetchrow", "fetchval", "cursor") and next(self._fuse):
            raise Killed
        return getattr(self._inner, name)


class MortalUnitOfWork(PgUnitOfWork):
    fuse: Iterator[bool]

    @property
    def connection(self) -> Any:
        return Mortal(super().connection, self.fuse)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        async with super().begin():
            yield
            if next(self.fuse):  # before the commit
                raise Killed


class Death(Provider):
    """The n-th statement of each scope is its last."""

    after = 0

    @provide(scope=Scope.REQUEST)
    def unit_of_work(self, database: Database, doorbell: Doorbell) -> PgUnitOfWork:
        uow = MortalUnitOfWork(database, doorbell)
        uow.fuse = (number == self.after for number in itertools.count())
        return uow


@pytest.mark.parametrize("work", ["erasure", "export"])
async def test_killed_before_every_statement_the_work_is_done_in_the_end(
    bureau: Bureau, planted: Planted, database_url: str, work: str
) -> None:
    handler: type[Any]
    command: Any
    arguments: tuple[Any, ...] = ()
    if work == "erasure":
        request = await bureau.close(planted.email)
        await bureau.send_mails()
        await bureau.let_time_pass()
        handler, command, arguments = ErasePersonHandler, ErasePerson(request.id), (CLERK,)
    else:
        asked, _ = await bureau.run(AskForExportHandler, AskForExport(email=planted.email), CLERK)
        handler, command = MakeExportHandler, MakeExport(asked.id)
    death = Death()
    container = build_container(settings(database_url), Outside(MemorySender()), death)
    deaths = 0
    try:
        while True:
            try:
                async with container({Call: Call(actor=CLERK)}) as scope:
                    await (await scope.get(handler))(command, *arguments)
                break
            except Killed:
                deaths += 1
                death.after += 1
    finally:
        await container.close()

    assert deaths > (20 if work == "erasure" else 10)
    statuses = await bureau.connection.fetch(
        "SELECT status FROM privacy_request WHERE id = $1", command.request_id
    )
    assert [row["status"] for row in statuses] == ["done"]
    if work == "erasure":
        assert await where_is(bureau.connection, [MARK.encode(), planted.email_key], SECRET) == {}
        told = await bureau.connection.fetchval(
            "SELECT count(*) FROM audit_log WHERE action = 'privacy.erased'"
        )
        assert told == 1


async def test_twenty_erasers_at_once_erase_once(bureau: Bureau, planted: Planted) -> None:
    request = await bureau.close(planted.email)
    await bureau.send_mails()
    await bureau.let_time_pass()
    results = await asyncio.gather(*(bureau.erase(request.id) for _ in range(20)), return_exceptions=True)
    assert True in results
    assert all(each is True or isinstance(each, Unavailable) for each in results), results
    assert await where_is(bureau.connection, [MARK.encode()], SECRET) == {}
    assert await bureau.connection.fetchval(ERASED) == 1


async def test_the_mail_goes_out_before_the_address_is_forgotten(bureau: Bureau, planted: Planted) -> None:
    request = await bureau.close(planted.email)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await bureau.erase(request.id)
    assert await where_is(bureau.connection, [MARK.encode()], SECRET)
    await bureau.send_mails()
    assert [(each.recipient, each.template) for each in bureau.mails.sent] == [
        (planted.email, "account_erased")
    ]
    assert not await bureau.erase(request.id)  # it looks again later
    where = await where_is(bureau.connection, [MARK.encode()], SECRET)
    assert set().union(*where.values()) == {"privacy_request.subject"}


async def test_what_arrives_late_is_erased_when_it_looks_again(bureau: Bureau, planted: Planted) -> None:
    request = await bureau.close(planted.email)
    await bureau.send_mails()
    await bureau.erase(request.id)
    # A request that was on its way adds an address, and the profile once more.
    await bureau.connection.execute(
        "INSERT INTO address (id, account_id, first_name, last_name, line1, city, postal_code, country)"
        " VALUES (gen_random_uuid(), $1, 'canary', 'x', 'x', 'x', 'x', 'GB')",
        planted.account_id,
    )
    await bureau.connection.execute("UPDATE account SET first_name = 'canary'")
    await bureau.let_time_pass()
    assert await bureau.erase(request.id)
    assert await where_is(bureau.connection, [MARK.encode()], SECRET) == {}


async def test_who_comes_back_is_somebody_new(bureau: Bureau, planted: Planted, database_url: str) -> None:
    """The address is free at once, and what its owner does from then on is not touched."""
    request = await bureau.close(planted.email)
    await bureau.send_mails()
    await bureau.erase(request.id)
    await bureau.connection.execute(
        "INSERT INTO account (id, email, email_key, password_hash) VALUES ($1, $2, $2, 'x')",
        uuid4(),
        planted.email,
    )
    later = await place_order(database_url)
    await bureau.connection.execute(
        "UPDATE sales_order SET email = $2, created_at = now() + interval '1 hour' WHERE id = $1",
        later.id,
        planted.email,
    )
    await bureau.let_time_pass()
    assert await bureau.erase(request.id)
    found = await where_is(bureau.connection, [MARK.encode()], SECRET)
    assert found == {MARK: {"account.email", "account.email_key", "sales_order.email"}}


async def test_while_a_parcel_is_on_its_way_it_is_refused(bureau: Bureau, planted: Planted) -> None:
    await bureau.connection.execute(
        "UPDATE sales_order SET status = 'confirmed', fulfilment_status = 'fulfilled' WHERE id = $1",
        planted.guest.id,
    )
    with pytest.raises(OrdersUnderWay) as refused:
        await bureau.close(planted.email)
    assert refused.value.data == {"orders": [planted.guest.number]}
    assert await bureau.connection.fetchval("SELECT count(*) FROM cart WHERE account_id IS NOT NULL") == 1
    assert await bureau.connection.fetchval("SELECT closed_at FROM account") is None
    await bureau.connection.execute(
        "UPDATE sales_order SET status = 'completed', fulfilment_status = 'delivered'"
    )


async def test_of_two_admins_who_leave_at_once_one_stays(bureau: Bureau) -> None:
    emails = [f"admin{number}@example.com" for number in range(5)]
    for email in emails:
        await bureau.connection.execute(
            "INSERT INTO account (id, email, email_key, password_hash, roles)"
            " VALUES (gen_random_uuid(), $1, $1, 'x', '{admin}')",
            email,
        )
    results = await asyncio.gather(*(bureau.close(each) for each in emails), return_exceptions=True)
    assert sum(isinstance(each, LastAdmin) for each in results) == 1, results
    assert await bureau.connection.fetchval("SELECT count(*) FROM account WHERE closed_at IS NULL") == 1


async def test_fifty_who_close_one_account_close_it_once(bureau: Bureau, planted: Planted) -> None:
    results = await asyncio.gather(*(bureau.close(planted.email) for _ in range(50)), return_exceptions=True)
    closed = [each for each in results if not isinstance(each, BaseException)]
    assert len(closed) == 1, results
    assert all(isinstance(each, NotFound) for each in results if isinstance(each, BaseException)), results
    assert (
        await bureau.connection.fetchval("SELECT count(*) FROM notification WHERE template LIKE 'account%'")
        == 1
    )


async def test_archives_are_forgotten_in_time(bureau: Bureau, planted: Planted) -> None:
    await bureau.export(planted.email)
    sweep = await bureau.container.get(Retention)
    assert (await sweep.sweep())["privacy_archive"] == 0
    await bureau.connection.execute("UPDATE privacy_request SET expires_at = now() WHERE archive IS NOT NULL")
    assert (await sweep.sweep())["privacy_archive"] == 1
    rows = await bureau.connection.fetch("SELECT status, archive FROM privacy_request")
    assert {(row["status"], row["archive"]) for row in rows} == {("expired", None)}


async def test_staff_may_not_without_the_permission(bureau: Bureau, planted: Planted) -> None:
    may = frozenset({"customers:read", "customers:write"})
    clerk = Actor(
        label="staff:x",
        account_id=UserId(planted.account_id),
        permissions=may,
        authenticated_at=datetime.now(UTC),
    )
    for handler, command in (
        (AskForExportHandler, AskForExport(email=planted.email)),
        (CloseAccountHandler, CloseAccount(email=planted.email)),
    ):
        with pytest.raises(Forbidden):
            await bureau.run(handler, command, clerk)
