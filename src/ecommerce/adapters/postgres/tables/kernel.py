"""Tables that belong to no context: events, webhooks received, idempotency keys, the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

NOW = text("now()")
TIME = TIMESTAMP(timezone=True)


class OutboxRow(DefaultBase):
    """`id` is the event's sequence: taken inside the lock of its aggregate, it only grows."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due", "due_at", "id", postgresql_where=text("done_at IS NULL AND parked_at IS NULL")
        ),
        Index("ix_outbox_aggregate", "aggregate_id", "id"),
        # Rows come in the order of time, so that a few pages tell the sweeper where the old ones lie.
        Index("ix_outbox_occurred_at", "occurred_at", postgresql_using="brin"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    aggregate: Mapped[str] = mapped_column(Text)
    aggregate_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    handled: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    running_until: Mapped[datetime | None] = mapped_column(TIME)
    deaths: Mapped[int] = mapped_column(server_default=text("0"))
    done_at: Mapped[datetime | None] = mapped_column(TIME)
    parked_at: Mapped[datetime | None] = mapped_column(TIME)
    last_error: Mapped[str | None] = mapped_column(Text)


INTENT = "COALESCE(payload #>> '{data,object,payment_intent}', payload #>> '{data,object,id}')"


class WebhookInboxRow(DefaultBase):
    __tablename__ = "webhook_inbox"
    __table_args__ = (
        Index("ix_webhook_inbox_received_at", "received_at", postgresql_using="brin"),
        # By the intent that an event is about: its own id, or that which a charge or refund names.
        Index("ix_webhook_inbox_intent", text(INTENT)),
    )
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    handled_at: Mapped[datetime | None] = mapped_column(TIME)
    outcome: Mapped[str | None] = mapped_column(Text)


class IdempotencyKeyRow(DefaultBase):
    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_claimed_at", "claimed_at"),)
    scope: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    body: Mapped[bytes] = mapped_column(BYTEA)
    holder: Mapped[int] = mapped_column(BigInteger)
    claimed_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    answer: Mapped[bytes | None] = mapped_column(BYTEA)
    account_id: Mapped[UUID | None]


class AuditRow(DefaultBase):
    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_target", "target", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(Text)


class NotificationRow(DefaultBase):
    """A message to a person: a row first, sent by a job, once for an `effect_key`.

    `account_id` tells whose it is where the address alone would not: one that has been changed since.
    """

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'sms')", name="channel_known"),
        CheckConstraint("status IN ('queued', 'sent', 'failed')", name="status_known"),
        Index("ix_notification_queued", "created_at", postgresql_where=text("status = 'queued'")),
        Index("ix_notification_recipient", text("lower(recipient)")),
        Index("ix_notification_account", "account_id", postgresql_where=text("account_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    effect_key: Mapped[str] = mapped_column(Text, unique=True)
    template: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    context: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text, server_default=text("'queued'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime | None] = mapped_column(TIME)
    message_id: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    sent_at: Mapped[datetime | None] = mapped_column(TIME)
    account_id: Mapped[UUID | None]
