"""The real thing: granian's processes over real servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from tests.conftest import free_port

Serve = Callable[..., "Served"]


class Served:
    """`ecommerce serve` as a process of its own."""

    def __init__(self, url: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.url = url
        self.process = process
        self.log = log

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@pytest.fixture
def serve(database_url: str, valkey_server: EmbeddedValkey, tmp_path: Path) -> Iterator[Serve]:
    started: list[Served] = []

    def start(*arguments: str, **settings: str) -> Served:
        port = free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ECOMMERCE_")},
            "ECOMMERCE_ENV": "test",
            "ECOMMERCE_BASE_URL": f"http://127.0.0.1:{port}",
            "ECOMMERCE_SECRET_KEY": "s" * 32,
            "ECOMMERCE_DATABASE_URL": database_url,
            "ECOMMERCE_REDIS_URL": valkey_server.url,
            "ECOMMERCE_STRIPE_API_KEY": "sk_test_1",
            "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
            "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
            "ECOMMERCE_MAIL_FROM": "shop@example.com",
            "ECOMMERCE_DATA_DIR": str(tmp_path),
            **settings,
        }
        log = tmp_path / f"serve-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "ecommerce", "serve", "--port", str(port), *arguments],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        served = Served(environment["ECOMMERCE_BASE_URL"], process, log)
        started.append(served)
        _wait_until_it_answers(served)
        return served

    yield start
    for each in started:
        each.stop()


def _wait_until_it_answers(served: Served) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if served.process.poll() is not None:
            break
        try:
            httpx.get(f"{served.url}/healthz", timeout=1)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"it does not answer:\n{served.log.read_text()}")
