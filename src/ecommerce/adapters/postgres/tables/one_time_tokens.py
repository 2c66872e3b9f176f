"""Tokens that came by mail."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class OneTimeTokenRow(DefaultBase):
    """Only hashes are kept. `email` is the new address of a change, until its link is used."""

    __tablename__ = "one_time_token"
    __table_args__ = (
        UniqueConstraint("account_id", "purpose"),
        CheckConstraint(
            "purpose IN ('email-verify', 'email-change', 'password-reset')", name="purpose_known"
        ),
        CheckConstraint(
            "(purpose = 'email-change') = (email IS NOT NULL AND email_key IS NOT NULL)",
            name="change_has_an_address",
        ),
        Index("ix_one_time_token_expires_at", "expires_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(BYTEA, unique=True)
    email: Mapped[str | None] = mapped_column(Text)
    email_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(TIME)
