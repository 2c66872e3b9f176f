"""Payments: what was asked of a provider, what it said, and what was given back."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class PaymentRow(DefaultBase):
    """One intent at one provider; `attempt` counts an order's intents (a new one follows a cancelled one)."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount >= 0 AND captured BETWEEN 0 AND amount", name="captured_within_amount"),
        CheckConstraint(
            "refunded >= 0 AND refund_pending >= 0 AND refunded + refund_pending <= captured",
            name="refunds_within_captured",
        ),
        CheckConstraint("provider IN ('stripe', 'manual')", name="provider_known"),
        CheckConstraint(
            "status IN ('pending', 'requires_payment_method', 'requires_action', 'processing', 'authorized',"
            " 'captured', 'partially_refunded', 'refunded', 'failed', 'cancelled', 'disputed')",
            name="status_known",
        ),
        UniqueConstraint("provider", "provider_ref"),
        UniqueConstraint("order_id", "attempt"),
        Index(
            "uq_payment_live",
            "order_id",
            unique=True,
            postgresql_where=text("status NOT IN ('failed', 'cancelled')"),
        ),
        Index(
            "ix_payment_undecided",
            "updated_at",
            postgresql_where=text(
                "status IN ('pending', 'requires_payment_method', 'requires_action', 'processing')"
            ),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"))
    provider: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(server_default=text("1"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    captured: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    refunded: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    refund_pending: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    provider_ref: Mapped[str | None] = mapped_column(Text)
    client_secret: Mapped[bytes | None] = mapped_column(BYTEA)
    failure_code: Mapped[str | None] = mapped_column(Text)
    failure_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class PaymentEventRow(DefaultBase):
    """Append-only: what was asked, what the provider said, through which door it came."""

    __tablename__ = "payment_event"
    __table_args__ = (Index("ix_payment_event_payment", "payment_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    source: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)


class RefundRow(DefaultBase):
    """`request_key` stands for the idempotency key it was asked for with, and the body."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount > 0", name="gives_something"),
        CheckConstraint("status IN ('pending', 'succeeded', 'failed')", name="status_known"),
        CheckConstraint(
            "reason IN ('requested_by_customer', 'duplicate', 'fraudulent', 'damaged', 'other')",
            name="reason_known",
        ),
        UniqueConstraint("payment_id", "provider_ref"),
        Index("ix_refund_order", "order_id", "created_at"),
        Index("ix_refund_pending", "updated_at", postgresql_where=text("status = 'pending'")),
        Index("ix_refund_request", "request_key", postgresql_where=text("request_key IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    restock: Mapped[bool] = mapped_column(server_default=text("false"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    failure: Mapped[str | None] = mapped_column(Text)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    request_key: Mapped[bytes | None] = mapped_column(BYTEA)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class RefundLineRow(DefaultBase):
    """Which units a refund by item gave back, so that no unit is given back twice."""

    __tablename__ = "refund_line"
    __table_args__ = (CheckConstraint("quantity > 0 AND amount >= 0", name="gives_something"),)
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    order_line_id: Mapped[UUID] = mapped_column(ForeignKey("order_line.id"), primary_key=True)
    quantity: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
