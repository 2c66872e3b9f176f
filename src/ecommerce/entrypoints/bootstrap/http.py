"""Makes the HTTP door from the settings."""

from collections.abc import Callable

from dishka import Provider
from litestar import Litestar

from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.http.config import to_stdout


def build_app(
    settings: Settings, *overrides: Provider, write_log: Callable[[bytes], None] = to_stdout
) -> Litestar:
    """`overrides` replace ports, as in `build_container`."""
    return create_app(build_container(settings, *overrides), http_config(settings, write_log))
