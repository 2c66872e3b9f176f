"""Exports and erasures of people's data, and what it takes to find all of theirs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = postgresql.TIMESTAMP(timezone=True)
INTENT = "COALESCE(payload #>> '{data,object,payment_intent}', payload #>> '{data,object,id}')"
INDEXES = (
    ("ix_notification_recipient", "notification", [sa.text("lower(recipient)")], None),
    ("ix_notification_account", "notification", ["account_id"], "account_id IS NOT NULL"),
    ("ix_cart_email", "cart", [sa.text("lower(email)")], "email IS NOT NULL"),
    ("ix_webhook_inbox_intent", "webhook_inbox", [sa.text(INTENT)], None),
)


def upgrade() -> None:
    # The indexes are built outside a transaction: what comes before them may be there already.
    op.add_column("account", sa.Column("closed_at", TIME, nullable=True), if_not_exists=True)
    op.add_column("notification", sa.Column("account_id", sa.Uuid(), nullable=True), if_not_exists=True)
    op.add_column("idempotency_key", sa.Column("account_id", sa.Uuid(), nullable=True), if_not_exists=True)
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("subject", postgresql.BYTEA(), nullable=True),
        sa.Column("archive", postgresql.BYTEA(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("created_at", TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.CheckConstraint("kind IN ('export', 'erasure')", name=op.f("ck_privacy_request_kind_known")),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed', 'expired')",
            name=op.f("ck_privacy_request_status_known"),
        ),
        sa.CheckConstraint(
            "archive IS NULL OR (kind = 'export' AND status = 'done' AND expires_at IS NOT NULL)",
            name=op.f("ck_privacy_request_archive_of_an_export"),
        ),
        sa.CheckConstraint(
            "(kind = 'erasure' AND status IN ('queued', 'running')) = (subject IS NOT NULL)",
            name=op.f("ck_privacy_request_subject_until_done"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_privacy_request_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_privacy_request_running_export",
        "privacy_request",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'export' AND status IN ('queued', 'running')"),
        if_not_exists=True,
    )
    op.create_index(
        "uq_privacy_request_erasure",
        "privacy_request",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'erasure'"),
        if_not_exists=True,
    )
    op.create_index(
        "ix_privacy_request_account", "privacy_request", ["account_id", "created_at"], if_not_exists=True
    )
    op.create_index(
        "ix_privacy_request_unfinished",
        "privacy_request",
        ["created_at"],
        postgresql_where=sa.text("status IN ('queued', 'running')"),
        if_not_exists=True,
    )
    op.create_index(
        "ix_privacy_request_archive",
        "privacy_request",
        ["expires_at"],
        postgresql_where=sa.text("archive IS NOT NULL"),
        if_not_exists=True,
    )
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            op.create_index(
                name,
                table,
                columns,
                if_not_exists=True,
                postgresql_concurrently=True,
                postgresql_where=sa.text(where) if where else None,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, _, _ in reversed(INDEXES):
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
    op.drop_table("privacy_request", if_exists=True)
    op.drop_column("idempotency_key", "account_id", if_exists=True)
    op.drop_column("notification", "account_id", if_exists=True)
    op.drop_column("account", "closed_at", if_exists=True)
