"""A payment as its buyer and staff see it."""

from datetime import datetime
from uuid import UUID

import msgspec

from ecommerce.application.payments.records import PaymentRecord
from ecommerce.application.shared.amount import Amount


class TrailView(msgspec.Struct, frozen=True):
    at: datetime
    status: str
    detail: str | None


class FailureView(msgspec.Struct, frozen=True):
    code: str
    message: str


class PaymentView(msgspec.Struct, frozen=True):
    id: UUID
    order_number: str
    provider: str
    amount: Amount
    status: str
    trail: list[TrailView]
    failure: FailureView | None


class IntentView(msgspec.Struct, frozen=True):
    """What a storefront needs to take the payment with the provider's own elements."""

    payment_id: UUID
    client_secret: str | None
    publishable_key: str | None
    amount: Amount
    status: str


def payment_view(record: PaymentRecord) -> PaymentView:
    known = record.standing
    failure = record.failure
    return PaymentView(
        id=known.payment_id,
        order_number=known.order_number,
        provider=known.provider,
        amount=Amount.of(known.money),
        status=known.status.value,
        trail=[TrailView(each.at, each.status, each.detail) for each in record.trail],
        failure=FailureView(failure.code, failure.message) if failure else None,
    )
