"""Send one message, once as far as its channel allows."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from ecommerce.application.notifications.ports import Channels, Letter, LetterBox, UndeliverableMessage
from ecommerce.application.shared.ports import Clock, UnitOfWork
from ecommerce.domain.shared.kernel import DomainError, Unavailable

# News of an order that is two days late tells nobody anything. The outbox itself would go on for three.
GIVE_UP_AFTER = timedelta(days=2)
# How often, and how many seconds apart, the record of a message that is out is tried.
RECORD_TRIES, RECORD_PAUSE = 20, 0.5

Outcome = Literal["sent", "failed", "settled-before"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverNotification:
    notification_id: UUID


class DeliverNotificationHandler:
    """Claim, send, record: the provider is called between two transactions, never inside one.

    A worker that dies between the provider's yes and our record of it leaves a claim that ends, and a second
    message with the same id: receivers fold those into one. Not sending it could lose the first.
    """

    def __init__(self, uow: UnitOfWork, letters: LetterBox, channels: Channels, clock: Clock) -> None:
        self._uow = uow
        self._letters = letters
        self._channels = channels
        self._clock = clock

    async def __call__(self, command: DeliverNotification) -> Outcome:
        """Raises `Unavailable` when it should be tried again later."""
        async with self._uow.begin():
            letter = await self._letters.claim(command.notification_id, self._channels.claim_seconds)
        if letter is None:
            return "settled-before"
        try:
            message_id = await self._send(letter)
        except UndeliverableMessage as error:
            return await self._fail(letter, error)
        except Unavailable as error:
            if self._clock.now() - letter.created_at > GIVE_UP_AFTER:
                return await self._fail(letter, error)
            await self._put_back(letter, _told(error))
            raise
        except Exception as error:
            await self._put_back(letter, f"{type(error).__name__}: {error}")
            raise
        await self._record(letter, message_id)
        return "sent"

    async def _send(self, letter: Letter) -> str:
        sender = self._channels.senders.get(letter.channel)
        if sender is None:
            raise UndeliverableMessage(f"there is no way to send {letter.channel}")
        return await sender.send(letter)

    async def _record(self, letter: Letter, message_id: str) -> None:
        """The message is out: where the database is away for a moment, giving up would send it again."""
        for tries_left in reversed(range(RECORD_TRIES)):
            try:
                async with self._uow.begin():
                    await self._letters.mark_sent(letter, message_id)
            except Unavailable:
                if not tries_left:
                    raise
                await asyncio.sleep(RECORD_PAUSE)
            else:
                return

    async def _put_back(self, letter: Letter, error: str) -> None:
        async with self._uow.begin():
            await self._letters.put_back(letter, error)

    async def _fail(self, letter: Letter, error: DomainError) -> Outcome:
        async with self._uow.begin():
            await self._letters.mark_failed(letter, _told(error))
        return "failed"


def _told(error: DomainError) -> str:
    said = error.data.get("said")
    return f"{error}: {said}" if said else str(error)
