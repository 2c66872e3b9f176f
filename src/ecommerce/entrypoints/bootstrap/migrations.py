"""Alembic, called from code: the scripts in `migrations/`, the URL given by the caller."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

# Beside the package in a checkout; in an image the working directory holds both.
_BESIDE = Path(__file__).resolve().parents[4]


def _config(url: str) -> Config:
    root = _BESIDE if (_BESIDE / "migrations").is_dir() else Path.cwd()
    config = Config(str(root / "alembic.ini"))
    config.set_main_option("script_location", str(root / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def head() -> str:
    """The newest revision there is in the code."""
    revision = ScriptDirectory.from_config(_config("")).get_current_head()
    if revision is None:
        raise RuntimeError("there are no migrations")
    return revision


def upgrade(url: str, revision: str = "head") -> None:
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(_config(url), revision)


def current(url: str) -> None:
    command.current(_config(url), verbose=True)


def check(url: str) -> None:
    """Raises `alembic.util.CommandError` when the tables in code and the schema differ."""
    command.check(_config(url))


def revision(url: str, message: str, number: str) -> None:
    """Write a new script from the difference between code and schema."""
    command.revision(_config(url), message=message, autogenerate=True, rev_id=number)
