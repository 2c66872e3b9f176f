"""What other contexts may ask of notifications."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`effect_key` names the one effect (`order-confirmed:<id>`): a second message with it is not written.

    `context` is what the template shows: JSON values, no secrets. `account_id` tells whose it is, if
    anybody's: by it the message is found again when the account's address has changed.
    """

    effect_key: str
    template: str
    recipient: str
    locale: str = "en"
    channel: str = "email"
    context: dict[str, Any] = field(default_factory=dict)
    account_id: UUID | None = None


class Notifier(Protocol):
    async def queue(self, message: Message) -> bool:
        """Write the message to be sent by a job. Only inside a unit of work.

        False, and nothing is written: there is one with this effect key.
        """
        ...


class MessageLinks(Protocol):
    """Links with a secret, made when a message leaves."""

    def link(self, purpose: str, token_id: UUID) -> str: ...
