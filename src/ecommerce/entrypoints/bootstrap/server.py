"""The HTTP server: granian's processes, started and stopped so that no request is cut off."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from ecommerce.entrypoints.bootstrap.settings import BadSettings, Settings, load
from ecommerce.entrypoints.bootstrap.signals import DRAIN

APP = "ecommerce.entrypoints.bootstrap.asgi:create_app"
_KILL_AFTER = 30
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`drain` is for how many seconds after SIGTERM `/ready` says no before the door closes."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain: float = 1.0


class DrainingServer(Granian):  # type: ignore[misc, valid-type]  # granian chooses the class at import
    """On SIGTERM it first tells its workers, so that load balancers stop sending; a second one hurries."""

    drain: float = 0.0
    _draining = False

    def startup(self, *arguments: Any, **named: Any) -> None:
        os.register_at_fork(after_in_child=_forget_signals)
        super().startup(*arguments, **named)

    def signal_handler_interrupt(self, *arguments: Any, **named: Any) -> None:
        if self._draining or not self.drain:
            super().signal_handler_interrupt(*arguments, **named)
            return
        self._draining = True
        for worker in self.wrks:
            os.kill(worker.inner.pid, DRAIN)
        threading.Timer(self.drain, super().signal_handler_interrupt).start()


def _forget_signals() -> None:
    """A worker that is still starting has nothing to finish: it must not run its parent's handlers."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(DRAIN, signal.SIG_IGN)


def serve_http(environment: Mapping[str, str], options: ServeOptions) -> None:
    """Serve until SIGTERM. Raises `BadSettings` before a process is started."""
    settings = load(environment)
    _refuse_toys(settings)
    os.environ.update(environment)  # the workers read their settings for themselves
    shared = _share_metrics(options.workers)
    server = DrainingServer(
        APP,
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=options.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        http1_settings=HTTP1Settings(header_read_timeout=30_000, keep_alive=True),
        log_level=LogLevels.warning,
        log_dictconfig=_LOG,
        workers_kill_timeout=_KILL_AFTER,
        respawn_failed_workers=True,
    )
    server.drain = options.drain
    try:
        server.serve()
    finally:
        if shared is not None:
            shutil.rmtree(shared, ignore_errors=True)


def _refuse_toys(settings: Settings) -> None:
    """Raises `BadSettings` where the sandbox would stand in for Stripe with real money or real customers."""
    base, key = settings.stripe.api_base, settings.stripe.api_key
    host = urlsplit(base).hostname or ""
    faults = []
    if settings.env == "production" and host in _LOOPBACK:
        faults.append(f"ECOMMERCE_STRIPE_API_BASE is {base}: the sandbox never runs in production")
    if key.startswith(("sk_live", "rk_live")) and host != "api.stripe.com":
        faults.append("ECOMMERCE_STRIPE_API_KEY is a live key, but ECOMMERCE_STRIPE_API_BASE is not Stripe")
    if faults:
        raise BadSettings(faults)


def _share_metrics(workers: int) -> str | None:
    """A folder in which several workers count together: prometheus_client looks for its name at import."""
    if workers == 1:
        return None
    folder = tempfile.mkdtemp(prefix="ecommerce-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    return folder


_LOG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ecommerce.entrypoints.bootstrap.logging.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}
    },
    "loggers": {"_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
