"""The shop that is measured: opened by `ecommerce up` in a folder of its own, closed and thrown away."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types

from bench.processes import Parts
from ecommerce.adapters.embedded.placement import forget


class ShopFailed(Exception):
    """A command of the shop did not do what it should."""


@dataclass(frozen=True, slots=True)
class Shop:
    """`settings` is the environment that its own processes run with."""

    folder: Path
    environment: dict[str, str]
    facts: dict[str, Any]
    settings: dict[str, str]

    @property
    def origin(self) -> str:
        return str(self.facts["api"])

    @property
    def database_url(self) -> str:
        return str(self.facts["database_url"])

    @property
    def parts(self) -> Parts:
        pids = self.facts["pids"]
        return Parts(pids["api"], pids["postgres"], pids["worker"])

    def command(self, *arguments: str) -> str:
        return run(self.environment, *arguments)


@contextmanager
def opened(products: int) -> Iterator[Shop]:
    folder = Path(tempfile.mkdtemp(prefix="ecommerce-bench-"))
    # Whatever the user's own shop is set to is none of ours.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ECOMMERCE_")}
    environment["ECOMMERCE_DATA_DIR"] = str(folder)
    environment["ECOMMERCE_RATE_LIMIT_AUTH"] = "1000000"  # or one account could not storm
    try:
        run(environment, "up", "--detach", "--port", str(two_free_ports()), "--products", str(products))
        facts = json.loads((folder / "up.json").read_text())
        settings = json.loads((folder / "env.json").read_text())["environment"]
        yield Shop(folder, environment, facts, settings)
    finally:
        try:
            run(environment, "down")
        finally:
            forget(folder / "postgres")
            shutil.rmtree(folder, ignore_errors=True)


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ecommerce", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ShopFailed(f"ecommerce {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def two_free_ports() -> int:
    """The first of two neighbours: the sandbox takes the one after the API's."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port


def is_idle(pid: int, seconds: float = 0.25) -> bool:
    return bool(psutil.Process(pid).cpu_percent(seconds) < 5)
