"""What happened to a message."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ecommerce.domain.shared.kernel import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationQueued(Event):
    """There is a message to be sent."""

    aggregate: ClassVar[str] = "notification"
    notification_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.notification_id
