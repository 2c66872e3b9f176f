"""Writes the SQL of every migration, a file a revision, without a database: squawk reads it.

python scripts/migration_sql.py FOLDER
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.dialects import postgresql

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.sql"):
        old.unlink()
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    for script in ScriptDirectory.from_config(config).walk_revisions():
        (folder / Path(script.path).with_suffix(".sql").name).write_text(sql_of(script))


def sql_of(script: Script) -> str:
    """One transaction, as `migrations/env.py` runs it; `autocommit_block` shows as COMMIT and BEGIN."""
    written = io.StringIO()
    context = MigrationContext.configure(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        opts={
            "as_sql": True,
            "output_buffer": written,
            "literal_binds": True,
            "transactional_ddl": True,
        },
    )
    with Operations.context(context), context.begin_transaction():
        upgrade: Callable[[], None] = script.module.upgrade
        upgrade()
    return written.getvalue()


if __name__ == "__main__":
    main()
