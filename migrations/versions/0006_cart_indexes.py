"""A cart's change touches no index, and a guest's cart none of those by account."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _build("ix_cart_guest_created_at", ["created_at"], "status = 'open' AND account_id IS NULL")
        _build("ix_cart_ended_created_at", ["created_at"], "status <> 'open'")
        _build("ix_cart_account_created_at", ["account_id", "created_at"], "account_id IS NOT NULL")
        _build(
            "uq_cart_account_open", ["account_id"], "status = 'open' AND account_id IS NOT NULL", unique=True
        )
        for old in (
            "ix_cart_open_updated_at",
            "ix_cart_ended_updated_at",
            "ix_cart_account",
            "uq_cart_open_account",
        ):
            _drop(old)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _build("uq_cart_open_account", ["account_id"], "status = 'open'", unique=True)
        _build("ix_cart_account", ["account_id", "created_at"])
        _build("ix_cart_ended_updated_at", ["updated_at"], "status <> 'open'")
        _build("ix_cart_open_updated_at", ["updated_at"], "status = 'open'")
        for new in (
            "uq_cart_account_open",
            "ix_cart_account_created_at",
            "ix_cart_ended_created_at",
            "ix_cart_guest_created_at",
        ):
            _drop(new)


def _build(name: str, columns: Sequence[str], where: str | None = None, *, unique: bool = False) -> None:
    op.create_index(
        name,
        "cart",
        columns,
        unique=unique,
        if_not_exists=True,
        postgresql_concurrently=True,
        postgresql_where=None if where is None else sa.text(where),
    )


def _drop(name: str) -> None:
    op.drop_index(name, table_name="cart", if_exists=True, postgresql_concurrently=True)
