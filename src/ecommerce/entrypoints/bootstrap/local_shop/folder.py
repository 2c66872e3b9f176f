"""The data folder: one `up` at a time, what it has started, and where everything is."""

import fcntl
import json
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types

from ecommerce.adapters.embedded.process import end
from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen
from ecommerce.entrypoints.bootstrap.local_shop.kept import write_private

_LOCK, _STARTED, _OPEN = "up.lock", "processes.json", "up.json"
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process we started. Its number alone proves nothing: the kernel gives numbers again."""

    name: str
    pid: int
    created: float

    def alive(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def started(name: str, pid: int) -> Started | None:
    """None where it has ended already."""
    try:
        return Started(name, pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def make(self) -> None:
        """Servers that run as another user pass through the folder; what is private has a door of its own."""
        self.path.mkdir(parents=True, exist_ok=True)
        for name in ("logs", "sandbox", "valkey"):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Raises `CannotOpen` where another `up` runs. The kernel opens the lock when its holder dies."""
        with (self.path / _LOCK).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self.holder()
                who = f"process {holder.pid}" if holder else "another process"
                raise CannotOpen(
                    f"the shop in {self.path} is open already, by {who}: `ecommerce status` tells where, "
                    "`ecommerce down` closes it"
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()} {psutil.Process().create_time()}")
            lock.flush()
            yield
            lock.truncate(0)

    def holder(self) -> Started | None:
        """The supervisor that has this folder open, if one has."""
        try:
            pid, created = (self.path / _LOCK).read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        holder = Started("supervisor", int(pid), float(created))
        return holder if holder.alive() else None

    def note(self, processes: Iterable[Started]) -> None:
        content = [{"name": one.name, "pid": one.pid, "created": one.created} for one in processes]
        write_private(self.path / _STARTED, content)

    def noted(self) -> list[Started]:
        try:
            return [Started(**one) for one in json.loads((self.path / _STARTED).read_text())]
        except FileNotFoundError:
            return []

    def sweep(self) -> int:
        """End what a killed supervisor has left, and tell how many processes that were."""
        noted = self.noted()
        if not noted:
            return 0
        left = [process for one in noted if (process := one.alive())]
        left += [process for process in _sessions({one.pid for one in noted}) if process not in left]
        end(left, lambda each: signal.SIGINT if each.name() == "postgres" else signal.SIGTERM, _PATIENCE)
        (self.path / _STARTED).unlink(missing_ok=True)
        return len(left)

    def publish(self, content: dict[str, Any]) -> None:
        write_private(self.path / _OPEN, content)

    def published(self) -> dict[str, Any] | None:
        """What `up.json` says, if a living supervisor wrote it."""
        holder = self.holder()
        try:
            content: dict[str, Any] = json.loads((self.path / _OPEN).read_text())
        except FileNotFoundError:
            return None
        return content if holder and content["pids"]["supervisor"] == holder.pid else None

    def withdraw(self) -> None:
        (self.path / _OPEN).unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """A log to append to; one that has grown large moves aside."""
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat()[stat.ST_SIZE] > 20_000_000:
            log.replace(log.with_suffix(".log.1"))
        return log


def _sessions(leaders: set[int]) -> Iterator[psutil.Process]:
    """What our processes started and outlived them: workers of an API whose root was killed.

    A session's number is not given again while any of its members lives.
    """
    for process in psutil.process_iter():
        try:
            ours = os.getsid(process.pid) in leaders and process.pid not in leaders
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
