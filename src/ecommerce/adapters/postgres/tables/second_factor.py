"""Authenticator apps, recovery codes, and sign-ins that wait for a code."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class AccountTotpRow(DefaultBase):
    """`secret` is encrypted. Until it is confirmed it is pending, and nobody is asked for a code.

    `last_step` (of thirty seconds since 1970) and all before it are used up; `guessed_until` grows with every
    wrong code.
    """

    __tablename__ = "account_totp"
    __table_args__ = (
        CheckConstraint("confirmed_at IS NULL OR last_step IS NOT NULL", name="confirmed_by_a_code"),
        Index("ix_account_totp_pending", "created_at", postgresql_where=text("confirmed_at IS NULL")),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(BYTEA)
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    guessed_until: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    confirmed_at: Mapped[datetime | None] = mapped_column(TIME)


class RecoveryCodeRow(DefaultBase):
    """Only hashes are kept. One that was used is gone."""

    __tablename__ = "recovery_code"
    __table_args__ = (CheckConstraint("octet_length(code_hash) = 32", name="only_a_hash"),)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account_totp.account_id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)


class MfaChallengeRow(DefaultBase):
    """A sign-in whose password was right. Only the hash of its token is kept, and one that is over is gone.

    `password_digest` is the SHA-256 of the hash that the password was compared with.
    """

    __tablename__ = "mfa_challenge"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="only_a_hash"),
        Index("ix_mfa_challenge_account", "account_id"),
        Index("ix_mfa_challenge_expires_at", "expires_at"),
    )
    token_hash: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    password_digest: Mapped[bytes] = mapped_column(BYTEA)
    device_name: Mapped[str | None] = mapped_column(Text)
    wrong_codes: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(TIME)
