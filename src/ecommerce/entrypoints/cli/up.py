"""`ecommerce up`: the whole shop on one machine."""

import sys
from collections.abc import Mapping
from typing import Any

import rich_click as click

from ecommerce.entrypoints.bootstrap.local_shop import control, kept, plan
from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen, WrongUse
from ecommerce.entrypoints.bootstrap.local_shop.shop import open_shop


@click.command()
@click.option("--port", type=click.IntRange(1, 65_534), default=8000, show_default=True, help="Of the API.")
@click.option("--api-workers", type=click.IntRange(1), default=1, show_default=True, help="API processes.")
@click.option("--products", type=click.IntRange(0), default=1000, show_default=True, help="To seed.")
@click.option("--no-seed", is_flag=True, help="Leave an empty shop empty.")
@click.option("--detach", is_flag=True, help="Run in the background; `ecommerce down` ends it.")
def up(port: int, api_workers: int, products: int, no_seed: bool, detach: bool) -> None:
    """Open the whole shop on this machine.

    PostgreSQL and Valkey (unless ECOMMERCE_DATABASE_URL and ECOMMERCE_REDIS_URL name others), the database
    migrated, demo products where it is empty, the sandbox on the next port, the API and the worker.
    Ctrl-C closes it; the data stay in the data folder.
    """
    folder = kept.data_dir()
    options = plan.Options(folder, port, api_workers, products, seed=not no_seed)
    try:
        if detach:
            same = [f"--port={port}", f"--api-workers={api_workers}", f"--products={products}"]
            argv = control.up_again([*same, f"--data-dir={folder}", *(["--no-seed"] if no_seed else [])])
            control.open_in_background(folder, argv, _say)
        else:
            open_shop(options, _say, _announce)
    except WrongUse as error:
        raise click.UsageError(str(error)) from error
    except CannotOpen as error:
        click.echo(f"refused: {error}", err=True)
        sys.exit(1)


def _say(line: str) -> None:
    click.echo(line)


def _announce(where: Mapping[str, Any]) -> None:
    admin, customer = where["admin"], where["customer"]
    rows = {
        "API": where["api"],
        "Documentation": where["docs"],
        "Sandbox": f"{where['sandbox']}  (Stripe, mail and SMS; token {where['sandbox_token']})",
        "Mailbox": f"{where['sandbox']}/_mail/messages",
        "Admin": f"{admin['email']}  {admin['password']}",
        "Customer": f"{customer['email']}  {customer['password']}",
        "Database": where["database_url"],
        "Data": str(kept.data_dir()),
    }
    click.echo()
    for name, value in rows.items():
        click.echo(f"  {name:<14}{value}")
    click.echo("\nCtrl-C or `ecommerce down` closes it; the data stay.")
