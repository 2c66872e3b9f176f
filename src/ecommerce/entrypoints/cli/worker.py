"""`ecommerce worker`: jobs, schedules, the outbox."""

import rich_click as click

from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.bootstrap.worker import run_worker


@click.command()
def worker() -> None:
    """Run a worker until SIGTERM. Start as many as you like; what one leaves behind another takes up."""
    run_worker(load(kept.environment()))
