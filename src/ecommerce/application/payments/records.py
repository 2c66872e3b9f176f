"""Payments, refunds and orders as they are read."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from ecommerce.application.orders.contracts import PaymentAxis
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.payments.payment import Failure
from ecommerce.domain.payments.refund import RefundStatus
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.money import Money


class Whereabouts(msgspec.Struct, frozen=True):
    payment_id: UUID
    order_id: UUID


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as it is known here. `secret` is the encrypted client secret."""

    payment_id: UUID
    order_id: UUID
    order_number: str
    provider: str
    attempt: int
    money: Money
    status: PaymentStatus
    provider_ref: str | None
    secret: bytes | None


class TrailEntry(msgspec.Struct, frozen=True):
    at: datetime
    status: str
    detail: str | None


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who may see an order and its payments: its account, who holds its token, staff."""

    account_id: UUID | None = None
    token_hash: bytes | None = None
    sees_all: bool = False

    @classmethod
    def of(cls, actor: Actor, order_token: str | None, permission: str = "orders:read") -> Self:
        """Staff see all with the permission: to change something it is another one."""
        return cls(
            account_id=actor.account_id,
            token_hash=token_hash(order_token) if order_token else None,
            sees_all=actor.is_system or permission in actor.permissions,
        )


class PaymentRecord(msgspec.Struct, frozen=True, kw_only=True):
    standing: Standing
    trail: list[TrailEntry]
    failure: Failure | None


class OrderRecord(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    status: str
    payment_status: PaymentAxis


class RefundableLine(msgspec.Struct, frozen=True):
    id: UUID
    sku: str
    quantity: int
    returned: int


class Refundable(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to give back. `available` leaves out what is under way."""

    order_number: str
    provider: str
    currency: str
    captured: int
    refunded: int
    available: int
    lines: list[RefundableLine]


class RefundRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A refund, and what the provider needs to know to make it."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    order_number: str
    provider: str
    intent_ref: str | None
    ref: str | None
    money: Money
    reason: str
    status: RefundStatus
    failure: str | None
    created_at: datetime
