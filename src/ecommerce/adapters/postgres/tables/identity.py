"""People, their sessions, the keys that sign their tokens, their addresses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, exists, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME
from ecommerce.adapters.postgres.tables.second_factor import AccountTotpRow


class AccountRow(DefaultBase):
    """`email_key` is the canonical form by which an address is one account.

    `closed_at`: its owner asked to be erased. Nobody signs in from then on.
    """

    __tablename__ = "account"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text, unique=True)
    email_verified: Mapped[bool] = mapped_column(server_default=text("false"))
    password_hash: Mapped[str] = mapped_column(Text)
    first_name: Mapped[str] = mapped_column(Text, server_default=text("''"))
    last_name: Mapped[str] = mapped_column(Text, server_default=text("''"))
    phone_number: Mapped[str | None] = mapped_column(Text)
    marketing_opt_in: Mapped[bool] = mapped_column(server_default=text("false"))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    customer_groups: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    closed_at: Mapped[datetime | None] = mapped_column(TIME)
    mfa_enabled: Mapped[bool] = column_property(
        exists().where(
            AccountTotpRow.account_id == id,  # noqa: A003 - the column above is meant
            AccountTotpRow.confirmed_at.is_not(None),
        )
    )


class SessionRow(DefaultBase):
    """One sign-in on one device: the family that its refresh tokens belong to.

    `second_factor_at` is when it last showed the second factor, if ever.
    """

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_account", "account_id", "created_at"),
        Index("ix_session_created_at", "created_at"),
        Index("ix_session_revoked", "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_for_a_reason"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    device_name: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    client_address: Mapped[str | None] = mapped_column(Text)
    authenticated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    second_factor_at: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    last_seen_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    revoked_at: Mapped[datetime | None] = mapped_column(TIME)
    revoked_by: Mapped[str | None] = mapped_column(Text)


class RefreshTokenRow(DefaultBase):
    """Only hashes are kept. At most one token of a session is live (not spent)."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        Index("ix_refresh_token_session", "session_id", "expires_at"),
        Index("uq_refresh_token_live", "session_id", unique=True, postgresql_where=text("spent_at IS NULL")),
    )
    token_hash: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(TIME)
    spent_at: Mapped[datetime | None] = mapped_column(TIME)


class SigningKeyRow(DefaultBase):
    """The private half is encrypted. A retired key signs no more, but what it signed is still verified."""

    __tablename__ = "signing_key"
    __table_args__ = (
        Index(
            "uq_signing_key_active", text("(true)"), unique=True, postgresql_where=text("retired_at IS NULL")
        ),
    )
    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    algorithm: Mapped[str] = mapped_column(Text)
    private_key: Mapped[bytes] = mapped_column(BYTEA)
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    retired_at: Mapped[datetime | None] = mapped_column(TIME)


class AddressRow(DefaultBase):
    """An entry of a customer's address book; at most one of each default."""

    __tablename__ = "address"
    __table_args__ = (
        CheckConstraint("length(country) = 2", name="country_is_alpha2"),
        Index("ix_address_account", "account_id", "created_at"),
        Index(
            "uq_address_default_shipping",
            "account_id",
            unique=True,
            postgresql_where=text("is_default_shipping"),
        ),
        Index(
            "uq_address_default_billing",
            "account_id",
            unique=True,
            postgresql_where=text("is_default_billing"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    company: Mapped[str | None] = mapped_column(Text)
    line1: Mapped[str] = mapped_column(Text)
    line2: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    phone_number: Mapped[str | None] = mapped_column(Text)
    is_default_shipping: Mapped[bool] = mapped_column(server_default=text("false"))
    is_default_billing: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
