"""`ecommerce db`: the schema and its migrations."""

import rich_click as click
from alembic.util import CommandError

from ecommerce.domain.shared.kernel import Conflict
from ecommerce.entrypoints.bootstrap import migrations
from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import BadSettings


@click.group()
def db() -> None:
    """Migrate the database."""


def _url() -> str:
    """Only the database is needed here: the rest of the settings may still be missing."""
    url = kept.environment().get("ECOMMERCE_DATABASE_URL", "")
    if not url:
        raise BadSettings(["ECOMMERCE_DATABASE_URL is missing"])
    return url


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema up to REVISION (the newest)."""
    migrations.upgrade(_url(), revision)
    click.echo(f"the schema is at {migrations.head() if revision == 'head' else revision}")


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION (`-1` is one step, `base` is nothing). Data of it are lost."""
    migrations.downgrade(_url(), revision)
    click.echo(f"the schema was taken back to {revision}")


@db.command()
def current() -> None:
    """Tell which revision the schema is at."""
    migrations.current(_url())


@db.command()
def check() -> None:
    """Tell whether the tables in the code and the schema differ."""
    try:
        migrations.check(_url())
    except CommandError as error:
        raise Conflict(str(error)) from error
