"""Orders are found by the key of their buyer's address."""

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_sales_order_email_key",
            "sales_order",
            ["email_key"],
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_sales_order_email_key",
            table_name="sales_order",
            if_exists=True,
            postgresql_concurrently=True,
        )
