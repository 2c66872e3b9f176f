"""What the HTTP server loads in each of its processes."""

import asyncio
import gc

from litestar import Litestar

from ecommerce.entrypoints.bootstrap import logging
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.bootstrap.signals import DRAIN
from ecommerce.entrypoints.http import app as http
from ecommerce.entrypoints.http.lifecycle import Lifecycle


def create_app() -> Litestar:
    """Raises `BadSettings` naming every setting that is missing or malformed."""
    settings = load()
    writer = logging.configure(settings.log_level)
    container = build_container(settings)
    app = http.create_app(container, http_config(settings, writer.write))

    async def drain_when_told() -> None:
        lifecycle = await container.get(Lifecycle)
        asyncio.get_running_loop().add_signal_handler(DRAIN, lifecycle.drain)

    app.on_startup += [drain_when_told, _settle_memory]
    # Workers end without running `atexit`.
    app.on_shutdown.append(writer.close)
    return app


def _settle_memory() -> None:
    """What start-up made stays: it is never looked through again. A request makes thousands of short-lived
    objects and no cycles, so that looking for those after every 700, as is the default, costs it a tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
