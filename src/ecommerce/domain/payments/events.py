"""What happened around payments. Who handles them reads the rest by their ids."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ecommerce.domain.shared.kernel import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReceived(Event):
    """A provider told something; the inbox keeps its words. `inbox_id` stands for provider and event id."""

    aggregate: ClassVar[str] = "webhook"
    inbox_id: UUID
    provider: str
    event_id: str

    @property
    def aggregate_id(self) -> UUID:
        return self.inbox_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(Event):
    """We owe this money to a buyer: nobody is waiting at a door for the answer of the provider."""

    aggregate: ClassVar[str] = "payment"
    payment_id: UUID
    refund_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.payment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAuthorization(Event):
    """A bank set money aside for an order that is over: it is to be let go."""

    aggregate: ClassVar[str] = "payment"
    payment_id: UUID
    order_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.payment_id
