"""How a message is queued."""

from ecommerce.application.notifications.contracts import Message
from ecommerce.application.notifications.ports import LetterBox
from ecommerce.application.shared.ports import Ids, Outbox
from ecommerce.domain.notifications.events import NotificationQueued


class OutboxNotifier:
    """The `Notifier` of all contexts: a row, and an event that has it sent. Both, or neither."""

    def __init__(self, letters: LetterBox, outbox: Outbox, ids: Ids) -> None:
        self._letters = letters
        self._outbox = outbox
        self._ids = ids

    async def queue(self, message: Message) -> bool:
        letter_id = self._ids.new()
        if not await self._letters.post(letter_id, message):
            return False
        await self._outbox.add([NotificationQueued(notification_id=letter_id)])
        return True
