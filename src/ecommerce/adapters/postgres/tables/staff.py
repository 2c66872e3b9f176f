"""What staff and machines may do, and the chain that seals what they did."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.identity import AccountRow
from ecommerce.adapters.postgres.tables.kernel import NOW, TIME, AuditRow


class RoleRow(DefaultBase):
    """Custom roles alone: those that come with the shop are in its code."""

    __tablename__ = "role"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    description: Mapped[str] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class ApiKeyRow(DefaultBase):
    """`hash` is the SHA-256 of the key, which itself is kept nowhere; `prefix` its beginning."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash_is_sha256"),
        Index("ix_api_key_created_at", "created_at", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(BYTEA, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    expires_at: Mapped[datetime | None] = mapped_column(TIME)
    last_used_at: Mapped[datetime | None] = mapped_column(TIME)
    revoked_at: Mapped[datetime | None] = mapped_column(TIME)


class IdentityRevisionRow(DefaultBase):
    """One row, moved by triggers of roles and keys: processes look here whether anything changed."""

    __tablename__ = "identity_revision"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)
    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class AuditLinkRow(DefaultBase):
    """A link for each entry of the audit log, written when the entry's transaction commits."""

    __tablename__ = "audit_chain"
    __table_args__ = (CheckConstraint("length(hash) = 32 AND length(previous) = 32", name="sha256"),)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit_log.id"), unique=True)
    previous: Mapped[bytes] = mapped_column(BYTEA)
    hash: Mapped[bytes] = mapped_column(BYTEA)


Index("ix_account_staff", AccountRow.id, postgresql_where=text("roles <> '{}'"))
Index("ix_audit_log_actor", AuditRow.actor, AuditRow.id)
Index("ix_audit_log_action", AuditRow.action, AuditRow.id)
Index("ix_audit_log_at", AuditRow.at)
