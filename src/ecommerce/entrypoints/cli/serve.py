"""`ecommerce serve`: the HTTP API."""

import rich_click as click

from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.server import ServeOptions, serve_http


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--drain", type=click.FloatRange(0), default=1.0, show_default=True, help="Seconds not ready.")
def serve(host: str, port: int, workers: int, drain: float) -> None:
    """Run the HTTP API until SIGTERM or Ctrl-C; what is being answered then is answered to its end."""
    serve_http(kept.environment(), ServeOptions(host, port, workers, drain))
