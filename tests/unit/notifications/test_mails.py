"""The mails themselves: complete, safe, in the reader's numbers."""

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from uuid import uuid4

import msgspec
import pytest
from jinja2 import UndefinedError

from ecommerce.adapters.email.smtp import MailServer, SmtpSender
from ecommerce.adapters.email.templates import Rendered, Templates
from ecommerce.adapters.memory.notifications import MemoryLetterBox
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.notifications.notifier import OutboxNotifier
from ecommerce.application.notifications.ports import Letter, UndeliverableMessage
from ecommerce.application.notifications.tell_about_order import (
    Language,
    News,
    OrderTeller,
    TellAboutOrder,
    TellAboutRefund,
)
from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.shared.erased import pseudonym
from ecommerce.domain.notifications.events import NotificationQueued
from tests.factories.order_views import OneOrder, order_view

pytestmark = pytest.mark.anyio


class Desk:
    def __init__(self, order: OrderView, locale: str = "en") -> None:
        uow = MemoryUnitOfWork()
        self.letters = MemoryLetterBox()
        self.outbox = MemoryOutbox(uow)
        self.order = order
        self.teller = OrderTeller(
            uow,
            OneOrder(order),
            OutboxNotifier(self.letters, self.outbox, Uuid7Ids()),
            Language(locale),
        )

    async def tell(self, news: News) -> Letter:
        await self.teller.tell(TellAboutOrder(order_id=self.order.id, news=news))
        return self.only()

    def only(self) -> Letter:
        (kept,) = self.letters.kept.values()
        return kept.letter


def rendered(letter: Letter) -> Rendered:
    return Templates("Demo Shop").render(letter)


async def test_repeated_news_of_an_order_are_one_message_and_one_event() -> None:
    desk = Desk(order_view())
    await desk.tell("confirmed")
    letter = await desk.tell("confirmed")
    assert desk.outbox.events == [NotificationQueued(notification_id=letter.id)]
    assert letter.recipient == "buyer@example.com"


async def test_a_message_keeps_no_more_of_an_order_than_it_shows() -> None:
    letter = await Desk(order_view()).tell("confirmed")
    assert not {"history", "email", "id"} & set(letter.context["order"])


async def test_a_confirmation_shows_lines_sums_and_addresses() -> None:
    mail = rendered(await Desk(order_view()).tell("confirmed"))
    assert mail.subject == "Your order ORD-0123456789AB is confirmed"
    for part in (mail.text, mail.html):
        for shown in (
            "Mug",
            "Colour: blue, Size: L",
            "$1,234.56",
            "$2,469.12",
            "−$10.00",
            "$5.00",
            "$1.00",
            "$2,465.12",
            "Standard",
            "Zoë",
            "12345 Springfield, IL",
            "United States",
            "May 1, 2026",
        ):
            assert shown in part
    assert "Billed to" not in mail.text


async def test_what_people_wrote_is_escaped_in_html_and_only_there() -> None:
    mail = rendered(await Desk(order_view(name="<script>alert(1)</script> & Söhne")).tell("confirmed"))
    assert "<script>" not in mail.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in mail.html
    assert "<script>alert(1)</script> & Söhne" in mail.text


@pytest.mark.parametrize(
    ("locale", "currency", "shown"),
    [
        ("de", "EUR", "1.234,56\N{NO-BREAK SPACE}€"),
        ("en-GB", "GBP", "£1,234.56"),
        ("ja_JP", "JPY", "¥123,456"),
        ("xx-nonsense", "KWD", "KWD123.456"),
    ],
)
async def test_money_is_written_as_the_locale_does(locale: str, currency: str, shown: str) -> None:
    mail = rendered(await Desk(order_view(currency=currency), locale).tell("confirmed"))
    assert shown.replace("¥", "\N{FULLWIDTH YEN SIGN}" if locale == "ja_JP" else "¥") in mail.text


async def test_a_refund_tells_amount_and_what_remains() -> None:
    desk = Desk(order_view(refunded=100_000))
    command = TellAboutRefund(order_id=desk.order.id, refund_id=uuid4(), amount=40_000, currency="USD")
    await desk.teller.tell_of_refund(command)
    mail = rendered(desk.only())
    assert mail.subject == "Refund of $400.00 for your order ORD-0123456789AB"
    for part in (mail.text, mail.html):
        assert "$1,000.00" in part
        assert "$1,465.12" in part


@pytest.mark.parametrize("news", ["cancelled", "expired"])
async def test_the_end_of_an_order_is_told(news: News) -> None:
    mail = rendered(await Desk(order_view(tax_included=True)).tell(news))
    assert news in mail.subject
    assert "Tax included: $1.00" in mail.text
    assert "Mug" in mail.html


async def test_a_message_that_lacks_something_is_an_error() -> None:
    letter = await Desk(order_view()).tell("confirmed")
    del letter.context["order"]["number"]
    with pytest.raises(UndefinedError):
        rendered(letter)


def _sender() -> SmtpSender:
    server = MailServer.from_url("smtp://127.0.0.1:25")
    return SmtpSender(server, "Café Ünï <shop@example.com>", Templates("Café"), timeout=1)


def _on_the_wire(letter: Letter) -> EmailMessage:
    wire = _sender()._message(letter).as_bytes()
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
    parsed = email.message_from_bytes(wire, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


async def test_long_and_foreign_names_survive_the_wire() -> None:
    name = "Ḽơᶉëᶆ ȋṕšᶙṁ 金継ぎ 🏺 " * 60
    letter = await Desk(order_view(name=name)).tell("confirmed")
    message = _on_the_wire(letter)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert name.strip() in text.get_content()
    assert name.strip() in html.get_content()
    assert message["From"] == "Café Ünï <shop@example.com>"
    assert message["Message-ID"] == f"<{letter.id}@example.com>"


async def test_headers_can_not_be_injected() -> None:
    order = order_view()
    letter = await Desk(order).tell("confirmed")
    letter.context["order"]["number"] = "1\r\nBcc: victim@example.com\r\n\r\nhello"
    message = _on_the_wire(letter)
    assert message["Bcc"] is None
    assert message["Subject"] == "Your order 1 Bcc: victim@example.com hello is confirmed"


@pytest.mark.parametrize("address", ["a@b.com\r\nBcc: c@d.com", "a@b.com, c@d.com", "nobody", "", "a@b@c.de"])
async def test_what_is_no_address_is_undeliverable(address: str) -> None:
    letter = Letter(
        id=uuid4(),
        template="order_confirmed",
        channel="email",
        recipient=address,
        locale="en",
        context=(await Desk(order_view()).tell("confirmed")).context,
        attempts=1,
        created_at=order_view().created_at,
    )
    with pytest.raises(UndeliverableMessage):
        _sender()._message(letter)


def test_a_password_leaves_this_machine_only_encrypted() -> None:
    assert MailServer.from_url("smtp://u:p%40ss@mail.example.com").start_tls is True
    assert MailServer.from_url("smtp://u:p%40ss@mail.example.com").password == "p@ss"
    assert MailServer.from_url("smtp://u:p@127.0.0.1:2525").start_tls is None
    assert MailServer.from_url("smtps://u:p@mail.example.com").port == 465
    assert "p@ss" not in repr(MailServer.from_url("smtp://u:p%40ss@mail.example.com"))


async def test_who_was_erased_is_told_nothing() -> None:
    order = msgspec.structs.replace(order_view(), email=pseudonym(uuid4()))
    desk = Desk(order)
    await desk.teller.tell(TellAboutOrder(order_id=order.id, news="cancelled"))
    assert desk.letters.kept == {}
    assert desk.outbox.events == []


def test_the_last_mail_names_nobody() -> None:
    letter = Letter(
        id=uuid4(),
        template="account_erased",
        channel="email",
        recipient="ada@example.com",
        locale="en",
        context={},
        attempts=1,
        created_at=datetime.now(UTC),
    )
    mail = rendered(letter)
    assert mail.subject == "Your account at Demo Shop is closed"
    for said in (mail.text, mail.html):
        assert "cancelled" in said
        assert "because of an order" not in said
