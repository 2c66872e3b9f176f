"""What people are told of their second factor."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ecommerce.adapters.email.templates import Rendered, Templates
from ecommerce.adapters.memory.notifications import MemoryLetterBox
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.notifications.notifier import OutboxNotifier
from ecommerce.application.notifications.tell_about_mfa import MfaTeller, News, TellAboutMfa
from ecommerce.application.notifications.tell_about_order import Language
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

pytestmark = pytest.mark.anyio

ADA = UserId(uuid4())


class Emails:
    async def email(self, account_id: UserId) -> str:
        if account_id != ADA:
            raise NotFound("there is no such account")
        return "ada@example.com"


class Desk:
    def __init__(self) -> None:
        uow = MemoryUnitOfWork()
        self.letters = MemoryLetterBox()
        notifier = OutboxNotifier(self.letters, MemoryOutbox(uow), Uuid7Ids())
        self._teller = MfaTeller(uow, Emails(), notifier, Language("en"))

    async def tell(self, news: News, event: int = 1, who: UserId = ADA, **facts: Any) -> None:
        at = datetime(2026, 5, 1, tzinfo=UTC)
        await self._teller(TellAboutMfa(account_id=who, news=news, event_id=event, at=at, facts=facts))

    def mails(self) -> list[Rendered]:
        return [Templates("Demo Shop").render(kept.letter) for kept in self.letters.kept.values()]


@pytest.mark.parametrize(
    ("news", "facts", "subject", "said"),
    [
        ("mfa_enabled", {}, "Two-step sign-in is on for your account at Demo Shop", "May 1, 2026"),
        ("mfa_removed", {"by_staff": True}, "Two-step sign-in is off", "by our staff"),
        ("mfa_removed", {"by_staff": False}, "Two-step sign-in is off", "was removed."),
        ("recovery_code_used", {"left": 9}, "A recovery code of your account", "9 of them are left"),
        ("recovery_code_used", {"left": 1}, "A recovery code of your account", "1 of them is left"),
        ("recovery_code_used", {"left": 0}, "A recovery code of your account", "None of them are left"),
    ],
)
async def test_it_is_told_in_words(news: News, facts: dict[str, Any], subject: str, said: str) -> None:
    desk = Desk()
    await desk.tell(news, **facts)
    (mail,) = desk.mails()
    assert mail.subject.startswith(subject)
    for part in (mail.text, mail.html):
        assert said in part
        assert "If this was not you" in part
    assert "because of your account" in mail.html


async def test_each_event_is_told_once() -> None:
    desk = Desk()
    for event in (1, 1, 2):
        await desk.tell("recovery_code_used", event, left=3)
    assert len(desk.mails()) == 2


async def test_nobody_is_told_of_an_account_that_is_gone() -> None:
    desk = Desk()
    await desk.tell("mfa_enabled", who=UserId(uuid4()))
    assert desk.mails() == []
