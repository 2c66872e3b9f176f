"""What payments ask of the outside world."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from ecommerce.application.payments.provider import (
    DisputeState,
    Incoming,
    IntentRequest,
    IntentState,
    News,
    RefundRequest,
    RefundState,
)
from ecommerce.application.payments.records import (
    OrderRecord,
    PaymentRecord,
    Refundable,
    RefundRecord,
    Standing,
    Viewer,
    Whereabouts,
)
from ecommerce.domain.payments.payment import Failure, Payment
from ecommerce.domain.payments.refund import Refund, ReturnedUnits
from ecommerce.domain.payments.state import PaymentStatus


class PaymentGateway(Protocol):
    """A provider of payments. Never called inside a unit of work: it may take seconds.

    Every call raises `Unavailable` when the provider does not answer within its bounds, is overloaded or at
    fault; what it was asked may have happened nevertheless, and asking again is safe.
    """

    async def create_intent(self, wanted: IntentRequest) -> IntentState:
        """The same request gives the same intent, however often. Raises `PaymentDeclined` when the provider
        takes no such sum.
        """
        ...

    async def get_intent(self, ref: str) -> IntentState:
        """As it stands now. Raises `NotFound`."""
        ...

    async def cancel_intent(self, ref: str) -> IntentState:
        """Cancel it where that is still possible, and tell how it stands then. Raises `NotFound`."""
        ...

    async def refund(self, wanted: RefundRequest) -> RefundState:
        """The same refund id gives the same refund, however often. Raises `RefundRefused`."""
        ...

    async def list_refunds(self, intent_ref: str) -> Sequence[RefundState]:
        """All of an intent, whoever made them. Raises `NotFound`."""
        ...

    async def get_refund(self, ref: str) -> RefundState:
        """Raises `NotFound`."""
        ...

    async def get_dispute(self, ref: str) -> DisputeState:
        """Raises `NotFound`."""
        ...


class WebhookReader(Protocol):
    @property
    def enabled(self) -> bool:
        """False without a secret: then there is nobody to listen to."""
        ...

    def verify(self, body: bytes, signature: str | None) -> Incoming:
        """Raises `InvalidSignature`."""
        ...

    def read(self, incoming: Incoming) -> News:
        """What it means for us. Events of another mode, account or kind are `NoNews`."""
        ...


class WebhookInbox(Protocol):
    """Only inside a unit of work."""

    async def store(self, incoming: Incoming) -> bool:
        """False when this event was stored before."""
        ...

    async def open(self, provider: str, event_id: str) -> Incoming | None:
        """The event, unless it was handled."""
        ...

    async def close(self, provider: str, event_id: str, outcome: str) -> None:
        """It was handled; the first outcome stays."""
        ...


class PaymentRepository(Protocol):
    """Only inside a unit of work, and only after the order was locked."""

    async def locate(self, ref: str | None, payment_id: UUID | None = None) -> Whereabouts | None:
        """By the provider's reference, else by our id as long as that payment has no reference.

        Locks nothing: it tells which order is to be locked first.
        """
        ...

    async def lock(self, payment_id: UUID) -> Payment:
        """Lock the payment until the unit of work ends. Raises `NotFound`."""
        ...

    async def lock_latest(self, order_id: UUID) -> Payment:
        """Lock the order's newest payment until the unit of work ends. Raises `NotFound`."""
        ...

    async def add(self, payment: Payment) -> None: ...

    async def save(self, payment: Payment) -> None: ...

    async def note(self, payment: Payment, source: str, detail: str | None) -> None:
        """Add a line to the payment's trail, with the status it has now."""
        ...

    async def claim(self, payment_id: UUID, amount: int) -> bool:
        """Set `amount` of what was captured aside for a refund, by one statement that is also the check.

        False, and nothing changed, when less than that is left.
        """
        ...


class RefundRepository(Protocol):
    """Only inside a unit of work, and only after order and payment were locked."""

    async def add(self, refund: Refund, request_key: bytes | None = None) -> None: ...

    async def get(self, refund_id: UUID) -> Refund:
        """Raises `NotFound`."""
        ...

    async def save(self, refund: Refund) -> None: ...

    async def of_request(self, request_key: bytes) -> Refund | None:
        """One of the last 24 hours that was begun by this request and has not failed."""
        ...

    async def by_ref(self, payment_id: UUID, ref: str) -> Refund | None: ...

    async def returned(self, order_id: UUID) -> dict[UUID, ReturnedUnits]:
        """By order line: units in refunds that succeeded or may still."""
        ...

    async def sums(self, payment_id: UUID) -> tuple[int, int]:
        """What succeeded and what is pending."""
        ...


class StartedPayments(Protocol):
    """How an intent is kept: one statement each, outside any unit of work."""

    async def standing(self, payment_id: UUID) -> Standing:
        """Raises `NotFound`."""
        ...

    async def of_order(self, order_id: UUID) -> Standing:
        """The order's newest payment. Raises `NotFound`."""
        ...

    async def keep(self, payment_id: UUID, intent: IntentState, secret: bytes | None) -> PaymentStatus:
        """Store what the provider answered, if nothing was stored yet, and tell the status after it.

        A payment that moved on meanwhile keeps its status.
        """
        ...

    async def fail(self, payment_id: UUID, failure: Failure) -> None:
        """The provider takes no such payment: end it, if it is still pending."""
        ...


class PaymentQueries(Protocol):
    """One statement each, outside any unit of work."""

    async def refund(self, refund_id: UUID) -> RefundRecord:
        """Raises `NotFound`."""
        ...

    async def order(self, number: str, viewer: Viewer) -> OrderRecord:
        """Raises `NotFound`, also when it isn't the viewer's."""
        ...

    async def payment(self, payment_id: UUID, viewer: Viewer) -> PaymentRecord:
        """Raises `NotFound`, also when it isn't the viewer's."""
        ...

    async def refundable(self, number: str) -> Refundable:
        """Raises `NotFound`."""
        ...

    async def never_started(self, older_than: timedelta, limit: int) -> Sequence[UUID]:
        """Payments the provider knows nothing of though their orders still wait for them; oldest first."""
        ...

    async def undecided(self, older_than: timedelta, limit: int) -> Sequence[UUID]:
        """Payments the provider knows of, that are neither authorised, nor taken, nor over; oldest first."""
        ...

    async def pending_refunds(self, older_than: timedelta, limit: int) -> Sequence[UUID]:
        """Refunds without an end, oldest first."""
        ...

    async def payments_of(self, order_id: UUID) -> Sequence[UUID]:
        """All attempts, oldest first."""
        ...
