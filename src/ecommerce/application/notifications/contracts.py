"""What other contexts may ask of notifications."""

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`effect_key` names the one effect (`order-confirmed:<id>`): a second message with it is not written.

    `context` is what the template shows: JSON values, no secrets.
    """

    effect_key: str
    template: str
    recipient: str
    locale: str = "en"
    channel: str = "email"
    context: dict[str, Any] = field(default_factory=dict)


class Notifier(Protocol):
    async def queue(self, message: Message) -> None:
        """Write the message to be sent by a job. Only inside a unit of work."""
        ...
