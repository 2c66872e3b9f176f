"""The mails of accounts, over fakes: one for each cause, with links that are made when they leave."""

import email
from collections.abc import Iterable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.email.smtp import MailServer, SmtpSender
from ecommerce.adapters.email.templates import Templates
from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.adapters.memory.notifications import MemoryLetterBox, MemorySender
from ecommerce.adapters.memory.one_time_tokens import MemoryOneTimeTokens
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.identity.mail_owner import MailOwner, MailOwnerHandler, News
from ecommerce.application.identity.one_time_links import OneTimeLinks, OwnerMail
from ecommerce.application.notifications.linked_sender import LinkedSender
from ecommerce.application.notifications.notifier import OutboxNotifier
from ecommerce.application.notifications.ports import Letter, UndeliverableMessage
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.one_time_token import Purpose
from ecommerce.domain.shared.ids import UserId

pytestmark = pytest.mark.anyio

KEY = "0123456789abcdef0123456789abcdef"
LINKS = OneTimeLinks(SecretTokens(KEY), "https://shop.test/store/")
WITH_LINK = ("verify_email", "registration_repeated", "password_reset", "email_change")
WITHOUT = ("email_change_taken", "email_change_asked", "email_changed", "password_changed", "session_ended")
HOSTILE = (
    "Shop\r\nBcc: victim@example.com",
    "Shop\nX: y",
    "Shop\0\x1b[2J",
    "Shop\u2028Bcc: a@b.c",
    "Shop\x85X: y",
    "Shop\ud800",
)


class Office:
    def __init__(self) -> None:
        self.uow = MemoryUnitOfWork()
        outbox = MemoryOutbox(self.uow)
        self.accounts, self.letters = MemoryAccounts(outbox), MemoryLetterBox()
        self.tokens = MemoryOneTimeTokens()
        notifier = OutboxNotifier(self.letters, outbox, Uuid7Ids())
        mail = OwnerMail(self.tokens, LINKS, notifier, Uuid7Ids(), "en")
        self.mail = MailOwnerHandler(self.uow, self.accounts, mail)

    async def somebody(self, *, verified: bool = False) -> Account:
        account = Account(
            id=UserId(uuid4()),
            email=EmailAddress("Ada@example.com", "ada@example.com"),
            password_hash="a hash",
            created_at=datetime.now(UTC),
            email_verified=verified,
        )
        async with self.uow.begin():
            await self.accounts.add(account)
        return account

    async def tell(self, account_id: UserId, news: News, cause: int | UUID = 1) -> list[Letter]:
        before = set(self.letters.kept)
        await self.mail(MailOwner(account_id=account_id, news=news, cause=cause))
        return [kept.letter for key, kept in self.letters.kept.items() if key not in before]


async def sent(letter: Letter) -> Letter:
    sender = MemorySender()
    await LinkedSender(sender, LINKS).send(letter)
    return sender.sent[0]


def a_letter(template: str, recipient: str = "ada@example.com") -> Letter:
    return Letter(
        id=uuid4(),
        template=template,
        channel="email",
        recipient=recipient,
        locale="en",
        context={"link": "https://shop.test/verify-email?token=abc", "hours": 24},
        attempts=1,
        created_at=datetime.now(UTC),
    )


def on_the_wire(letter: Letter, shop: str = "Demo Shop") -> EmailMessage:
    sender = SmtpSender(MailServer(host="x", port=25), "Shop <shop@example.com>", Templates(shop), 1.0)
    return email.message_from_bytes(sender._message(letter).as_bytes(), policy=policy.default)


@pytest.mark.parametrize("news", ["verify_email", "registration_repeated", "password_reset"])
async def test_a_letter_keeps_no_secret_and_its_link_is_that_of_the_token(news: News) -> None:
    office = Office()
    ada = await office.somebody()
    (letter,) = await office.tell(ada.id, news)
    (kept,) = office.tokens.kept.values()
    link = (await sent(letter)).context["link"]
    page, _, secret = link.partition("?token=")
    reset = kept.token.purpose is Purpose.PASSWORD_RESET
    assert page == f"https://shop.test/store/{'reset-password' if reset else 'verify-email'}"
    assert len(secret) == 43
    assert token_hash(secret) == kept.hashed
    assert secret not in repr(letter)


async def test_a_cause_that_comes_again_leaves_mail_and_token_as_they_are() -> None:
    office = Office()
    ada = await office.somebody()
    assert len(await office.tell(ada.id, "password_reset", 7)) == 1
    before = dict(office.tokens.kept)
    assert await office.tell(ada.id, "password_reset", 7) == []
    assert office.tokens.kept == before
    assert len(await office.tell(ada.id, "password_reset", 8)) == 1
    assert office.tokens.kept != before


async def test_who_does_not_exist_or_is_verified_gets_no_link() -> None:
    office = Office()
    assert await office.tell(UserId(uuid4()), "password_reset") == []
    ada = await office.somebody(verified=True)
    assert await office.tell(ada.id, "verify_email") == []
    assert office.tokens.kept == {}


def test_a_secret_is_bound_to_key_purpose_and_token() -> None:
    ids = [uuid4(), uuid4()]
    secrets = {LINKS.secret(purpose, each) for purpose in Purpose for each in ids}
    other = OneTimeLinks(SecretTokens(KEY[::-1]), "https://shop.test")
    secrets |= {other.secret(purpose, each) for purpose in Purpose for each in ids}
    assert len(secrets) == 2 * len(ids) * len(Purpose)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_into_a_header_that_is_none_of_ours(name: str) -> None:
    subject = Templates(name).render(a_letter("session_ended")).subject
    assert subject.startswith("You were signed out of Shop")
    assert not _controls(subject)
    if "\ud800" not in name:  # no body can hold it: such a name is refused where it's typed
        message = on_the_wire(a_letter("session_ended"), name)
        assert message["Subject"] == subject
        assert message.keys() == on_the_wire(a_letter("session_ended")).keys()


@pytest.mark.parametrize("template", (*WITH_LINK, *WITHOUT))
def test_a_mail_shows_its_link_where_it_has_one(template: str) -> None:
    rendered = Templates("A <b>shop</b> & sons").render(a_letter(template))
    assert ("https://shop.test/verify-email?token=abc" in rendered.text) is (template in WITH_LINK)
    assert ('href="https://shop.test/verify-email?token=abc"' in rendered.html) is (template in WITH_LINK)
    assert "<b>" not in rendered.html
    assert "an order at" not in rendered.html


@pytest.mark.parametrize(
    "address",
    ["a@b.com\r\nBcc: c@d.com", "a\n@b.com", '"a\r\nX: y"@b.com', "a\0@b.com", "a@b.com\x1b", "a\x7f@b.com"],
)
def test_an_address_with_control_characters_is_undeliverable(address: str) -> None:
    with pytest.raises(UndeliverableMessage):
        on_the_wire(a_letter("verify_email", address))


def _controls(text: str) -> Iterable[str]:
    return [letter for letter in text if ord(letter) < 32 or ord(letter) in (127, 0x85, 0x2028, 0x2029)]
