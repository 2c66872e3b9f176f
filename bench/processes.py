"""CPU time of processes: a busy neighbour disturbs it far less than it disturbs rates."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # it ships no types

# How PostgreSQL names the process that serves a client: its address, and the port it called from.
_CLIENT = re.compile(r"^postgres: .* 127\.0\.0\.1\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds: of the server, of PostgreSQL for it, and of the worker with PostgreSQL for that."""

    server: float = 0.0
    postgres: float = 0.0
    behind: float = 0.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The root processes of what is measured; None where it has no such part."""

    server: int
    postgres: int | None = None
    worker: int | None = None


def family(root: int | None) -> list[psutil.Process]:
    if root is None:
        return []
    try:
        process = psutil.Process(root)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def spent(processes: Iterable[psutil.Process]) -> dict[int, float]:
    """Seconds each has used so far, with those of its children that have ended."""
    seconds = {}
    for process in processes:
        try:
            seconds[process.pid] = sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return seconds


def since(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """What was used between two looks. A process that is new counts from nothing."""
    return sum(max(0.0, seconds - before.get(pid, 0.0)) for pid, seconds in after.items())


def memory(root: int) -> float:
    """Megabytes that a process and its children keep, what they share split between those who share it."""
    total = 0
    for process in family(root):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1024 / 1024


class Meter:
    """Looks at the processes when it is made, and tells what they have used since."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._before = self._look()

    def read(self) -> Used:
        """PostgreSQL's processes that serve the worker are told from those that serve the buyers."""
        server, postgres, worker = self._look()
        for_worker = backends_of(self._parts.postgres, self._parts.worker) & postgres.keys()
        was = self._before[1]
        behind = since(was, {pid: postgres[pid] for pid in for_worker})
        return Used(
            server=since(self._before[0], server),
            postgres=since(was, postgres) - behind,
            behind=since(self._before[2], worker) + behind,
        )

    def _look(self) -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
        parts = self._parts
        return spent(family(parts.server)), spent(family(parts.postgres)), spent(family(parts.worker))


def backends_of(postgres: int | None, client: int | None) -> set[int]:
    """PostgreSQL's processes that serve this client."""
    ports = set()
    for process in family(client):
        try:
            ports |= {each.laddr.port for each in process.net_connections("tcp4")}
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    found = set()
    for process in family(postgres):
        try:
            name = " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        match = _CLIENT.match(name)
        if match and int(match[1]) in ports:
            found.add(process.pid)
    return found
