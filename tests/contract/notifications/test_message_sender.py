"""What every sender promises: in memory, and over SMTP to a real server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from ecommerce.adapters.email.smtp import MailServer, SmtpSender
from ecommerce.adapters.email.templates import Templates
from ecommerce.adapters.memory.notifications import MemorySender
from ecommerce.application.notifications.ports import Letter, MessageSender, UndeliverableMessage
from ecommerce.domain.shared.kernel import Unavailable

pytestmark = pytest.mark.anyio


class Place(Protocol):
    """A sender, and where its messages arrive."""

    @property
    def sender(self) -> MessageSender: ...

    def arrived(self) -> int: ...

    def fail_once(self, temporary: bool) -> None: ...


class MemoryPlace:
    def __init__(self) -> None:
        self.sender = MemorySender()

    def arrived(self) -> int:
        return len(self.sender.sent)

    def fail_once(self, temporary: bool) -> None:
        self.sender.failures.append(Unavailable("later") if temporary else UndeliverableMessage("never"))


@dataclass
class Mailbox:
    """An SMTP server's handler; `replies` are given to the next RCPT commands, `data_replies` to DATA."""

    envelopes: list[Envelope] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    data_replies: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_replies:
            reply = self.data_replies.pop(0)
            if reply == "hang":
                await asyncio.sleep(30)
            return reply
        self.envelopes.append(envelope)
        return "250 OK"


class SmtpPlace:
    def __init__(self, mailbox: Mailbox, port: int, password: str = "") -> None:
        self.mailbox = mailbox
        self.port = port
        self.sender = self.sender_to(f"smtp://127.0.0.1:{port}")

    def sender_to(self, url: str) -> SmtpSender:
        return SmtpSender(MailServer.from_url(url), "Shop <shop@example.com>", Templates("Shop"), timeout=0.5)

    def arrived(self) -> int:
        return len(self.mailbox.envelopes)

    def fail_once(self, temporary: bool) -> None:
        self.mailbox.replies.append("451 try later" if temporary else "550 no such user")


def _authenticated(server: SMTP, session: Session, envelope: Envelope, how: str, login: Any) -> AuthResult:
    return AuthResult(success=login.login == b"us er" and login.password == b"p@ss")


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpPlace]:
    mailbox = Mailbox()

    def factory() -> SMTP:
        return SMTP(
            mailbox, authenticator=_authenticated, auth_require_tls=False, enable_SMTPUTF8=True, hostname="mx"
        )

    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    yield SmtpPlace(mailbox, server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


@pytest.fixture
def memory() -> MemoryPlace:
    return MemoryPlace()


@pytest.fixture(params=["memory", "smtp"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def a_letter(recipient: str = "buyer@example.com") -> Letter:
    names = ("subtotal", "discount", "shipping", "tax", "total")
    totals = {name: {"amount": 100, "currency": "USD"} for name in names}
    order = {
        "number": "ORD-1",
        "items": [],
        "totals": {**totals, "tax_included": False},
        "shipping_option": {"name": "Standard"},
    }
    return Letter(
        id=uuid4(),
        template="order_expired",
        channel="email",
        recipient=recipient,
        locale="en",
        context={"order": order},
        attempts=1,
        created_at=datetime.now(UTC),
    )


async def test_a_letter_arrives_under_an_id_that_stays_the_same(place: Place) -> None:
    letter = a_letter()
    first, second = await place.sender.send(letter), await place.sender.send(letter)
    assert first == second
    assert str(letter.id) in first
    assert place.arrived() == 2


async def test_a_temporary_failure_may_be_tried_again(place: Place) -> None:
    place.fail_once(temporary=True)
    with pytest.raises(Unavailable):
        await place.sender.send(a_letter())
    await place.sender.send(a_letter())
    assert place.arrived() == 1


async def test_a_refusal_is_final(place: Place) -> None:
    place.fail_once(temporary=False)
    with pytest.raises(UndeliverableMessage):
        await place.sender.send(a_letter())
    assert place.arrived() == 0


async def test_smtp_carries_both_parts(smtp: SmtpPlace) -> None:
    await smtp.sender.send(a_letter())
    (envelope,) = smtp.mailbox.envelopes
    assert envelope.mail_from == "shop@example.com"
    assert envelope.rcpt_tos == ["buyer@example.com"]
    assert isinstance(envelope.content, bytes)
    assert b"multipart/alternative" in envelope.content


@pytest.mark.parametrize(
    ("reply", "error"),
    [("452 full", Unavailable), ("554 spam", UndeliverableMessage), ("hang", Unavailable)],
)
async def test_smtp_refusals_of_the_content_count_too(
    smtp: SmtpPlace, reply: str, error: type[Exception]
) -> None:
    smtp.mailbox.data_replies.append(reply)
    with pytest.raises(error):
        await smtp.sender.send(a_letter())


async def test_smtp_that_is_not_there_is_unavailable(smtp: SmtpPlace) -> None:
    with pytest.raises(Unavailable):
        await smtp.sender_to("smtp://127.0.0.1:1").send(a_letter())


async def test_smtp_signs_in_with_what_the_url_says(smtp: SmtpPlace) -> None:
    await smtp.sender_to(f"smtp://us%20er:p%40ss@127.0.0.1:{smtp.port}").send(a_letter())
    assert smtp.arrived() == 1


async def test_a_wrong_password_is_no_reason_to_give_up_on_messages(smtp: SmtpPlace) -> None:
    with pytest.raises(Unavailable):
        await smtp.sender_to(f"smtp://us%20er:wrong@127.0.0.1:{smtp.port}").send(a_letter())


async def test_addresses_beyond_ascii_arrive(smtp: SmtpPlace) -> None:
    await smtp.sender.send(a_letter("jürgen@bücher.example"))
    assert smtp.mailbox.envelopes[0].rcpt_tos == ["jürgen@xn--bcher-kva.example"]
