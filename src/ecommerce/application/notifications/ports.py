"""Messages that are kept, and the ways they can be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ecommerce.application.notifications.contracts import Message
from ecommerce.domain.shared.kernel import DomainError

CLAIM_SECONDS = 60.0


class UndeliverableMessage(DomainError):
    """It will never arrive: the address or the message itself is refused.

    What the other side said goes into `data` as `said`; it may name the recipient, so it's not for logs.
    """

    code = "undeliverable-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A kept message on its way to its sender."""

    id: UUID
    template: str
    channel: str
    recipient: str
    locale: str
    context: dict[str, Any]
    attempts: int
    created_at: datetime


class LetterBox(Protocol):
    """Messages and what became of them. Only inside a unit of work."""

    async def post(self, letter_id: UUID, message: Message) -> bool:
        """Keep a message. False, and nothing is written: there is one with this effect key."""
        ...

    async def claim(self, letter_id: UUID, seconds: float) -> Letter | None:
        """Take a message for sending, and count the attempt. None: it was sent, or failed for good.

        Raises `Unavailable` while another attempt's claim lasts, and `NotFound`.
        """
        ...

    async def mark_sent(self, letter: Letter, message_id: str) -> None: ...

    async def mark_failed(self, letter: Letter, error: str) -> None:
        """It is not tried again."""
        ...

    async def put_back(self, letter: Letter, error: str) -> None:
        """End the claim: it may be tried again at once."""
        ...


class MessageSender(Protocol):
    """One way to send messages. It renders them, too."""

    async def send(self, letter: Letter) -> str:
        """Returns the id the message goes by, the same for every attempt.

        Raises `UndeliverableMessage` when trying again is of no use, and `Unavailable` when it may be.
        """
        ...


@dataclass(frozen=True, slots=True)
class Channels:
    """A sender for each channel (`email`, `sms`) there is.

    For `claim_seconds` a message is one attempt's alone: what died with its worker is tried again after it.
    """

    senders: Mapping[str, MessageSender]
    claim_seconds: float = CLAIM_SECONDS
