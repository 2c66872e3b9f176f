"""Starts the small applications of `bench.apps`, each in a server of its own like the shop's."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.shop import free_port

PATH = "/api/v1/hello"
CONSTANT, LITESTAR, WHOLE = "constant", "litestar", "whole"
LAYERS = {
    "DI (a scope a request)": "without_di",
    "request id": "without_request_id",
    "access log": "without_access_log",
    "rate limit": "without_rate_limit",
    "metrics": "without_metrics",
}
APPS = (CONSTANT, LITESTAR, WHOLE, *LAYERS.values())
_ROOT = Path(__file__).parents[1]
_SECONDS = 60.0


class NotServed(Exception):
    """A small application did not start."""


@dataclass(frozen=True, slots=True)
class Served:
    name: str
    process: subprocess.Popen[bytes]
    origin: str

    @property
    def pid(self) -> int:
        return self.process.pid


@contextmanager
def served(settings: Mapping[str, str], log: Path) -> Iterator[list[Served]]:
    """All of them at once; what they write goes into `log`, as the shop's does into a file."""
    apps: list[Served] = []
    try:
        apps += [_launch(name, settings, log) for name in APPS]
        for app in apps:
            _wait(app, log)
        yield apps
    finally:
        for app in apps:
            app.process.terminate()
        for app in apps:
            app.process.wait(20)


def _launch(name: str, settings: Mapping[str, str], log: Path) -> Served:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--http", "1", "--no-ws"]
    command += ["--loop", "uvloop", "--port", str(port), "--log-level", "warning", f"bench.apps:{name}"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=_ROOT, env={**os.environ, **settings}, stdout=output, stderr=output
        )
    return Served(name, process, f"http://127.0.0.1:{port}")


def _wait(app: Served, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and app.process.poll() is None:
        try:
            with urllib.request.urlopen(app.origin + PATH, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise NotServed(f"{app.name}:\n{log.read_text(errors='replace')[-2000:]}")
