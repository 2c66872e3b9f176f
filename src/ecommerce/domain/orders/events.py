"""What happened to an order. Ids and sums only: subscribers read the rest."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ecommerce.domain.shared.kernel import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(Event):
    aggregate: ClassVar[str] = "order"
    order_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderEvent):
    """The shop may rely on it: paid, authorised, or `manual` payment was agreed."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(OrderEvent):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderEvent):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired(OrderEvent):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(OrderEvent):
    """A refund went through at the provider. `amount` in minor units."""

    number: str
    refund_id: UUID
    amount: int
    currency: str
