"""What becomes of a message, by what its channel says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.notifications import KeptLetter, MemoryLetterBox, MemorySender
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.application.notifications import deliver_notification
from ecommerce.application.notifications.contracts import Message
from ecommerce.application.notifications.deliver_notification import (
    GIVE_UP_AFTER,
    DeliverNotification,
    DeliverNotificationHandler,
)
from ecommerce.application.notifications.ports import CLAIM_SECONDS, Channels, Letter, UndeliverableMessage
from ecommerce.domain.shared.kernel import Unavailable

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def go_on(self, by: timedelta) -> None:
        self.time += by


class World:
    """One message in the box, and its sender."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.letters = MemoryLetterBox(now=self.clock.now)
        self.mail = MemorySender()
        self.handler = DeliverNotificationHandler(
            MemoryUnitOfWork(), self.letters, Channels({"email": self.mail}), self.clock
        )
        self.id = uuid4()

    async def post(self, channel: str = "email") -> UUID:
        await self.letters.post(
            self.id, Message(effect_key="a:1", template="t", recipient="a@example.com", channel=channel)
        )
        return self.id

    async def deliver(self) -> str:
        return await self.handler(DeliverNotification(notification_id=self.id))

    @property
    def kept(self) -> KeptLetter:
        return self.letters.kept[self.id]


@pytest.fixture
async def world() -> World:
    world = World()
    await world.post()
    return world


async def test_a_message_is_sent_once_however_often_it_is_delivered(world: World) -> None:
    assert [await world.deliver(), await world.deliver()] == ["sent", "settled-before"]
    assert len(world.mail.sent) == 1
    assert (world.kept.status, world.kept.message_id) == ("sent", f"<{world.id}@memory>")


async def test_what_is_away_for_now_is_tried_again(world: World) -> None:
    world.mail.failures.append(Unavailable("no answer", said="450 later"))
    with pytest.raises(Unavailable):
        await world.deliver()
    assert (world.kept.status, world.kept.last_error) == ("queued", "no answer: 450 later")
    assert await world.deliver() == "sent"
    assert world.mail.sent[0].attempts == 2


async def test_what_is_refused_for_good_is_recorded_and_left_alone(world: World) -> None:
    world.mail.failures.append(UndeliverableMessage("refused", said="550 no such user"))
    assert [await world.deliver(), await world.deliver()] == ["failed", "settled-before"]
    assert world.kept.last_error == "refused: 550 no such user"
    assert world.mail.sent == []


async def test_a_message_that_is_too_old_is_given_up(world: World) -> None:
    world.clock.go_on(GIVE_UP_AFTER + timedelta(seconds=1))
    world.mail.failures.append(Unavailable("no answer"))
    assert await world.deliver() == "failed"


async def test_a_bug_leaves_no_claim_behind(world: World) -> None:
    world.mail.failures.append(KeyError("template"))
    with pytest.raises(KeyError):
        await world.deliver()
    assert await world.deliver() == "sent"


async def test_while_one_sends_another_does_not(world: World) -> None:
    await world.letters.claim(world.id, CLAIM_SECONDS)
    with pytest.raises(Unavailable):
        await world.deliver()
    world.clock.go_on(timedelta(seconds=CLAIM_SECONDS))
    assert await world.deliver() == "sent"


async def test_a_channel_without_a_sender_fails_at_once() -> None:
    world = World()
    await world.post(channel="sms")
    assert await world.deliver() == "failed"
    assert world.kept.last_error == "there is no way to send sms"


async def test_a_message_that_is_out_is_recorded_once_the_database_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_notification, "RECORD_PAUSE", 0)
    mark, failures = world.letters.mark_sent, [Unavailable("away"), Unavailable("away")]

    async def mark_sent(letter: Letter, message_id: str) -> None:
        if failures:
            raise failures.pop()
        await mark(letter, message_id)

    monkeypatch.setattr(world.letters, "mark_sent", mark_sent)

    assert await world.deliver() == "sent"
    assert (world.kept.status, len(world.mail.sent)) == ("sent", 1)
