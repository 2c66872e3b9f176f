"""What the HTTP server loads in each of its processes."""

from litestar import Litestar

from ecommerce.entrypoints.bootstrap import logging
from ecommerce.entrypoints.bootstrap.http import build_app
from ecommerce.entrypoints.bootstrap.settings import load


def create_app() -> Litestar:
    """Raises `BadSettings` naming every setting that is missing or malformed."""
    settings = load()
    writer = logging.configure(settings.log_level)
    return build_app(settings, write_log=writer.write)
