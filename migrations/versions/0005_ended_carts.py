"""Carts that have ended are found by when they did."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_cart_ended_updated_at",
            "cart",
            ["updated_at"],
            if_not_exists=True,
            postgresql_concurrently=True,
            postgresql_where=sa.text("status <> 'open'"),
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_cart_ended_updated_at", table_name="cart", if_exists=True, postgresql_concurrently=True
        )
