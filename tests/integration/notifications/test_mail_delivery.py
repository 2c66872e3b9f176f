"""From an event to a mail in somebody's box: worker, outbox, Postgres, and a real SMTP server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from uuid import UUID, uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.application.notifications.contracts import Message, Notifier
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.domain.orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderExpired,
    OrderRefunded,
)
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.worker.notifications import SUBSCRIPTIONS
from ecommerce.entrypoints.worker.patience import Patience
from tests.conftest import free_port
from tests.factories.orders import PlacedOrder, place_order
from tests.factories.workers import (
    Shop,
    eventually,
    flush,
    open_shop,
    running_worker,
    settings,
)

pytestmark = pytest.mark.anyio
ADDRESS = """'{"first_name": "Zo\\u00eb", "last_name": "Ng", "line1": "1 Main St", "city": "Springfield",
  "postal_code": "12345", "country": "US"}'"""
COMPLETE = f"""
UPDATE sales_order SET shipping_address = {ADDRESS}, billing_address = {ADDRESS},
  shipping_option = '{{"id": "flat", "name": "Standard", "price": {{"amount": 500, "currency": "USD"}}}}'
"""


class MailServer:
    """Can be opened and shut at one port; `refuses` answers every RCPT, `commands` counts them."""

    def __init__(self) -> None:
        self.port = free_port()
        self.subjects: list[str] = []
        self.message_ids: list[str] = []
        self.refuses = ""
        self.commands = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands += 1
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.subjects.append(str(message["Subject"]))
        self.message_ids.append(str(message["Message-ID"]))
        return "250 OK"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, hostname="mx"), "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()


@pytest.fixture
def mail() -> MailServer:
    return MailServer()


@pytest.fixture
async def wanted(database_url: str, valkey_server: EmbeddedValkey, mail: MailServer) -> Settings:
    await flush(valkey_server.url)
    return settings(
        database_url,
        valkey_server.url,
        SMTP_URL=f"smtp://127.0.0.1:{mail.port}",
        WORKER_LEASE_SECONDS="4",
    )


@pytest.fixture
async def shop(wanted: Settings) -> AsyncIterator[Shop]:
    async with open_shop(wanted) as opened:
        yield opened


@asynccontextmanager
async def worker(wanted: Settings) -> AsyncIterator[None]:
    patience = Patience(first_pause=0.1, longest_pause=0.5)
    async with running_worker(wanted, SUBSCRIPTIONS, patience=patience):
        yield


async def an_order(shop: Shop, wanted: Settings) -> PlacedOrder:
    order = await place_order(wanted.database.url)
    await shop.connection.execute(COMPLETE)
    return order


async def happened(shop: Shop, *events: OrderEvent) -> None:
    async with shop.container({Call: Call()}) as scope:
        uow, outbox = await scope.get(UnitOfWork), await scope.get(Outbox)
        async with uow.begin():
            await outbox.add(events)


async def a_message(shop: Shop, recipient: str = "buyer@example.com") -> None:
    order = {
        "number": "ORD-1",
        "items": [],
        "shipping_option": {"name": "Standard"},
        "totals": {
            **{
                name: {"amount": 1, "currency": "USD"}
                for name in ("subtotal", "discount", "shipping", "tax", "total")
            },
            "tax_included": False,
        },
    }
    async with shop.container({Call: Call()}) as scope:
        uow, notifier = await scope.get(UnitOfWork), await scope.get(Notifier)
        async with uow.begin():
            await notifier.queue(
                Message(
                    effect_key=f"test:{uuid4()}",
                    template="order_expired",
                    recipient=recipient,
                    context={"order": order},
                )
            )


async def status(shop: Shop) -> list[str]:
    return [row["status"] for row in await shop.connection.fetch("SELECT status FROM notification")]


async def test_everything_that_happens_to_an_order_is_told(
    wanted: Settings, shop: Shop, mail: MailServer
) -> None:
    order = await an_order(shop, wanted)
    number = order.number
    async with mail.open(), worker(wanted):
        await happened(
            shop,
            OrderConfirmed(order_id=order.id, number=number),
            OrderRefunded(order_id=order.id, number=number, refund_id=uuid4(), amount=700, currency="USD"),
            OrderRefunded(order_id=order.id, number=number, refund_id=uuid4(), amount=300, currency="USD"),
            OrderCancelled(order_id=order.id, number=number),
            OrderExpired(order_id=order.id, number=number),
        )
        await eventually(shop.all_done)
    assert sorted(mail.subjects) == [
        f"Refund of $3.00 for your order {number}",
        f"Refund of $7.00 for your order {number}",
        f"Your order {number} has expired",
        f"Your order {number} is confirmed",
        f"Your order {number} was cancelled",
    ]
    assert await status(shop) == ["sent"] * 5
    ids = {row["message_id"] for row in await shop.connection.fetch("SELECT message_id FROM notification")}
    assert ids == set(mail.message_ids)


async def test_duplicates_of_an_event_are_one_mail(wanted: Settings, shop: Shop, mail: MailServer) -> None:
    order = await an_order(shop, wanted)
    refund_id: UUID = uuid4()
    async with mail.open(), worker(wanted), worker(wanted):
        for _ in range(5):
            await happened(
                shop,
                OrderConfirmed(order_id=order.id, number=order.number),
                OrderRefunded(
                    order_id=order.id, number=order.number, refund_id=refund_id, amount=1, currency="USD"
                ),
            )
        await eventually(shop.all_done)
    assert len(mail.subjects) == 2


async def test_a_mail_server_that_was_down_gets_the_mail_once_when_it_is_back(
    wanted: Settings, shop: Shop, mail: MailServer
) -> None:
    async with worker(wanted):
        await a_message(shop)
        await asyncio.sleep(1.5)
        assert await status(shop) == ["queued"]
        async with mail.open():
            await eventually(shop.all_done)
    assert len(mail.subjects) == 1
    assert await status(shop) == ["sent"]


async def test_temporary_refusals_are_tried_again_until_it_is_sent_once(
    wanted: Settings, shop: Shop, mail: MailServer
) -> None:
    mail.refuses = "451 greylisted"
    async with mail.open(), worker(wanted):
        await a_message(shop)
        await asyncio.sleep(1.5)
        mail.refuses = ""
        await eventually(shop.all_done)
    assert len(mail.subjects) == 1
    assert mail.commands >= 2


async def test_a_final_refusal_is_recorded_and_not_hammered(
    wanted: Settings, shop: Shop, mail: MailServer
) -> None:
    mail.refuses = "550 no such user"
    async with mail.open(), worker(wanted):
        await a_message(shop)
        await eventually(shop.all_done)
        await asyncio.sleep(1.5)
    assert mail.commands == 1
    row = await shop.connection.fetchrow("SELECT status, last_error FROM notification")
    assert row is not None
    assert (row["status"], row["last_error"]) == (
        "failed",
        "the mail server refused it with 550: no such user",
    )


async def test_mails_are_sent_without_redis(shop: Shop, mail: MailServer, database_url: str) -> None:
    wanted = settings(database_url, "redis://127.0.0.1:1/0", SMTP_URL=f"smtp://127.0.0.1:{mail.port}")
    async with mail.open(), worker(wanted):
        await a_message(shop)
        await eventually(shop.all_done)
    assert len(mail.subjects) == 1


async def test_a_message_is_not_queued_by_a_transaction_that_fails(shop: Shop) -> None:
    async with shop.container({Call: Call()}) as scope:
        uow, notifier = await scope.get(UnitOfWork), await scope.get(Notifier)
        with pytest.raises(ZeroDivisionError):
            async with uow.begin():
                await notifier.queue(Message(effect_key="a", template="t", recipient="a@example.com"))
                raise ZeroDivisionError
    assert await status(shop) == []
    assert await shop.value("SELECT count(*) FROM outbox") == 0
