"""Starts servers that do not outlive us, and ends those that did."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil  # type: ignore[import-untyped]  # it ships no types

# Runs in the child between fork and exec, in an interpreter of its own: a `preexec_fn` may deadlock in a
# process that has threads. The death signal is lost when the user changes, so the user changes first; and
# a parent that died before the signal was asked for is noticed by its number. Linux only: elsewhere a
# server that outlived us is found and ended at the next start.
_LAUNCHER = """
import ctypes, os, sys
parent, death_signal, uid, gid = map(int, sys.argv[1:5])
libc = ctypes.CDLL(None)
if uid:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
if sys.platform == "linux":
    libc.prctl(1, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone")
os.execve(sys.argv[5], sys.argv[5:], os.environ)
"""


class ServerFailed(Exception):
    """A server did not start. The message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a server runs as; `ROOT_OR_SELF` changes nothing."""

    uid: int
    gid: int


ROOT_OR_SELF = Account(0, 0)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path = Path("/"),
    account: Account = ROOT_OR_SELF,
    on_our_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own, so that Ctrl-C at the terminal reaches only us.

    The kernel sends it `on_our_death` when the calling **thread** ends: call from one that stays.
    """
    head = [sys.executable, "-I", "-S", "-c", _LAUNCHER, os.getpid(), int(on_our_death)]
    command = [str(part) for part in (*head, account.uid, account.gid, *argv)]
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  # our own argv
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )


class Server(Protocol):
    """`prepare` may take seconds; `launch` and `ready` return at once. `launch` comes after `prepare`."""

    log: Path

    def prepare(self) -> None: ...

    def launch(self) -> subprocess.Popen[bytes]: ...

    def ready(self) -> bool: ...


def start(server: Server, timeout: float = 30.0) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers. Raises `ServerFailed` with the end of its log."""
    server.prepare()
    process = server.launch()
    deadline = time.monotonic() + timeout
    while not server.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process, (signal.SIGKILL,))
            raise ServerFailed(f"{type(server).__name__} did not start:\n{tail(server.log)}")
        time.sleep(0.02)
    return process


def stop(process: subprocess.Popen[bytes], signals: Sequence[signal.Signals], patience: float = 8.0) -> None:
    """Send each signal in turn until the process has ended, and SIGKILL to its session at last."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
    kill_session(process.pid)


def kill_session(leader: int) -> None:
    """End what is left of a session whose leader has ended."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def end_orphans(program: str, folder: Path, number: signal.Signals, patience: float = 8.0) -> None:
    """End servers that an earlier supervisor, killed, left at work in `folder`."""
    orphans = [process for process in psutil.process_iter(["name"]) if _works_in(process, program, folder)]
    end(orphans, lambda _: number, patience)


def end(
    processes: Sequence[psutil.Process],
    first: Callable[[psutil.Process], signal.Signals],
    patience: float = 8.0,
) -> None:
    """End processes that need not be our children: the signal that `first` names, then SIGKILL."""
    for choose in (first, lambda _: signal.SIGKILL):
        deadline = time.monotonic() + patience
        for process in filter(_alive, processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(choose(process))
        while any(map(_alive, processes)) and time.monotonic() < deadline:
            time.sleep(0.02)


def _alive(process: psutil.Process) -> bool:
    """A zombie is not: where nobody waits for orphans (a container's first process may not) it stays one."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, program: str, folder: Path) -> bool:
    try:
        return process.info["name"] == program and Path(process.cwd()) == folder
    except psutil.Error:
        return False


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
