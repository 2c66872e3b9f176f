"""What is asked of a payment provider and what it says, in words that are nobody's API."""

from typing import Any
from uuid import UUID

import msgspec

from ecommerce.domain.payments.payment import Failure, Observation
from ecommerce.domain.payments.refund import RefundStatus
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import DomainError
from ecommerce.domain.shared.money import Money


class InvalidSignature(DomainError):
    """A webhook that the provider did not sign, or signed too long ago."""

    code = "invalid-signature"


class IntentRequest(msgspec.Struct, frozen=True, kw_only=True):
    payment_id: UUID
    order_id: UUID
    order_number: str
    money: Money
    attempt: int = 1


class IntentState(msgspec.Struct, frozen=True, kw_only=True):
    """`captured` in minor units of `money`; `fresh` when it was asked for just now, not told at some time."""

    ref: str
    status: PaymentStatus
    money: Money
    captured: int = 0
    client_secret: str | None = None
    failure: Failure | None = None
    metadata: dict[str, str] = {}
    livemode: bool = False
    fresh: bool = False

    @property
    def payment_id(self) -> UUID | None:
        """Ours, as the metadata tell it."""
        try:
            return UUID(self.metadata.get("payment_id", ""))
        except ValueError:
            return None

    def observation(self) -> Observation:
        return Observation(
            status=self.status,
            money=self.money,
            captured=self.captured,
            failure=self.failure,
            fresh=self.fresh,
        )


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    refund_id: UUID
    intent_ref: str
    order_number: str
    money: Money
    reason: str


class RefundState(msgspec.Struct, frozen=True, kw_only=True):
    ref: str
    intent_ref: str | None
    status: RefundStatus
    money: Money
    reason: str = "other"
    failure: str | None = None
    metadata: dict[str, str] = {}

    @property
    def refund_id(self) -> UUID | None:
        """Ours, as the metadata tell it; none for one that was made at the provider."""
        try:
            return UUID(self.metadata.get("refund_id", ""))
        except ValueError:
            return None


class DisputeState(msgspec.Struct, frozen=True, kw_only=True):
    """`counts` while the money is withheld or lost; not for a mere inquiry, nor once it was won."""

    ref: str
    intent_ref: str | None
    status: str
    counts: bool


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook whose signature was right."""

    provider: str
    event_id: str
    kind: str
    payload: dict[str, Any]


class IntentNews(msgspec.Struct, frozen=True):
    """`certain` when no later news can contradict it."""

    intent: IntentState
    certain: bool


class RefundNews(msgspec.Struct, frozen=True):
    intent_ref: str


class DisputeNews(msgspec.Struct, frozen=True):
    dispute_ref: str


class NoNews(msgspec.Struct, frozen=True):
    """Nothing that payments go by. `why` is kept with the event."""

    why: str


News = IntentNews | RefundNews | DisputeNews | NoNews
