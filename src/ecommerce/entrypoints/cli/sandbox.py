"""`ecommerce sandbox`: the outside world as one process."""

import rich_click as click

from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.local_shop.outside_world import run_sandbox


@click.command()
def sandbox() -> None:
    """Run Stripe's API, SMS, a mail server and their control on this machine.

    Never beside live keys, never in production. `ecommerce up` sets what it needs.
    """
    environment = kept.environment()
    where = f"http://{environment.get('ECOMMERCE_SANDBOX_HOST')}:{environment.get('ECOMMERCE_SANDBOX_PORT')}"
    run_sandbox(environment, lambda: click.echo(f"the sandbox is open at {where}"))
