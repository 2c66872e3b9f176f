"""What people ask to be done with their data: exports and erasures, as jobs with a record."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class PrivacyRequestRow(DefaultBase):
    """At most one export of a person runs, and nobody is erased twice.

    `archive` is an export's zip, encrypted, until `expires_at`; `size` counts the bytes of the zip. `subject`
    tells an erasure, encrypted, whom it is about until it is done: by then the account doesn't any more.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        CheckConstraint("kind IN ('export', 'erasure')", name="kind_known"),
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed', 'expired')", name="status_known"),
        CheckConstraint(
            "archive IS NULL OR (kind = 'export' AND status = 'done' AND expires_at IS NOT NULL)",
            name="archive_of_an_export",
        ),
        CheckConstraint(
            "(kind = 'erasure' AND status IN ('queued', 'running')) = (subject IS NOT NULL)",
            name="subject_until_done",
        ),
        Index(
            "uq_privacy_request_running_export",
            "account_id",
            unique=True,
            postgresql_where=text("kind = 'export' AND status IN ('queued', 'running')"),
        ),
        Index(
            "uq_privacy_request_erasure",
            "account_id",
            unique=True,
            postgresql_where=text("kind = 'erasure'"),
        ),
        Index("ix_privacy_request_account", "account_id", "created_at"),
        Index(
            "ix_privacy_request_unfinished",
            "created_at",
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        Index(
            "ix_privacy_request_archive",
            "expires_at",
            postgresql_where=text("archive IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'queued'"))
    actor: Mapped[str] = mapped_column(Text)
    failure: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[bytes | None] = mapped_column(BYTEA)
    archive: Mapped[bytes | None] = mapped_column(BYTEA)
    size: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    finished_at: Mapped[datetime | None] = mapped_column(TIME)
    expires_at: Mapped[datetime | None] = mapped_column(TIME)
