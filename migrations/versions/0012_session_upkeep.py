"""Sessions are forgotten by age, with their tokens."""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _build("ix_session_created_at", "session", ["created_at"])
        _build("ix_refresh_token_session", "refresh_token", ["session_id", "expires_at"])


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _drop("ix_refresh_token_session", "refresh_token")
        _drop("ix_session_created_at", "session")


def _build(name: str, table: str, columns: Sequence[str]) -> None:
    op.create_index(name, table, columns, if_not_exists=True, postgresql_concurrently=True)


def _drop(name: str, table: str) -> None:
    op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
