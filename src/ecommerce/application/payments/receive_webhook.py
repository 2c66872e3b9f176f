"""Take a provider's webhook in: check who sent it, store it, answer at once."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from ecommerce.application.payments.ports import WebhookInbox, WebhookReader
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.domain.payments.events import WebhookReceived
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveWebhook:
    body: bytes
    signature: str | None


class ReceiveWebhookHandler:
    def __init__(self, uow: UnitOfWork, reader: WebhookReader, inbox: WebhookInbox, outbox: Outbox) -> None:
        self._uow = uow
        self._reader = reader
        self._inbox = inbox
        self._outbox = outbox

    async def __call__(self, command: ReceiveWebhook) -> bool:
        """True when the event is new. Raises `InvalidSignature`, and `NotFound` when nobody listens."""
        if not self._reader.enabled:
            raise NotFound("there is no webhook here")
        incoming = self._reader.verify(command.body, command.signature)
        async with self._uow.begin():
            is_new = await self._inbox.store(incoming)
            if is_new:
                # One sequence per event: deliveries of different events never wait for each other.
                inbox_id = uuid5(NAMESPACE_URL, f"{incoming.provider}:{incoming.event_id}")
                await self._outbox.add(
                    [
                        WebhookReceived(
                            inbox_id=inbox_id, provider=incoming.provider, event_id=incoming.event_id
                        )
                    ]
                )
        return is_new
