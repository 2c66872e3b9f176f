"""Authenticator apps, recovery codes, and sign-ins that wait for a code."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("session", sa.Column("second_factor_at", TIME, nullable=True))
    op.create_table(
        "account_totp",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret", postgresql.BYTEA(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("guessed_until", TIME, nullable=True),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR last_step IS NOT NULL",
            name=op.f("ck_account_totp_confirmed_by_a_code"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_totp_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_totp")),
    )
    op.create_index(
        "ix_account_totp_pending",
        "account_totp",
        ["created_at"],
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_recovery_code_only_a_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account_totp.account_id"],
            name=op.f("fk_recovery_code_account_id_account_totp"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "mfa_challenge",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("password_digest", postgresql.BYTEA(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=True),
        sa.Column("wrong_codes", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_mfa_challenge_only_a_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_mfa_challenge_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_mfa_challenge")),
    )
    op.create_index("ix_mfa_challenge_account", "mfa_challenge", ["account_id"])
    op.create_index("ix_mfa_challenge_expires_at", "mfa_challenge", ["expires_at"])


def downgrade() -> None:
    op.drop_table("mfa_challenge")
    op.drop_table("recovery_code")
    op.drop_table("account_totp")
    op.drop_column("session", "second_factor_at")
