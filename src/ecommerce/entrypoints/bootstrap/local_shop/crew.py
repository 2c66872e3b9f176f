"""Keeps processes running: starts them, starts them again when they die, stops them in order."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from ecommerce.adapters.embedded.process import Server, ServerFailed, kill_session, spawn, tail
from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen

_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY = 0.1, 5.0, 2.0
_GLANCE, _LOOK = 0.02, 0.1


@dataclass(slots=True)
class Program:
    """A server that is one of our own commands. `probe` tells whether it answers."""

    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    probe: Callable[[], bool]
    ready_file: Path | None = None

    def prepare(self) -> None:
        if self.ready_file:
            self.ready_file.unlink(missing_ok=True)

    def launch(self) -> Popen[bytes]:
        return spawn(self.argv, log=self.log, env=self.env, cwd=Path.cwd())

    def ready(self) -> bool:
        return self.probe()


@dataclass(slots=True)
class Part:
    """One process and how to end it: each signal is given the patience, then SIGKILL."""

    name: str
    server: Server
    signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)
    patience: float = 5.0
    start_within: float = 60.0
    process: Popen[bytes] | None = None
    keeper: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Crew:
    """`say` tells the user; `on_change` hears of each process that starts.

    Processes are launched from the event loop's thread only: the kernel ends them when that thread does.
    """

    say: Callable[[str], None]
    on_change: Callable[[Mapping[str, int]], None]
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    parts: list[Part] = field(default_factory=list)
    _pids: dict[str, int] = field(default_factory=dict)
    _child_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._notice)

    @property
    def pids(self) -> Mapping[str, int]:
        return self._pids

    async def start(self, *parts: Part) -> None:
        """Start all at once and return when all are ready. Raises `CannotOpen` when one is not to be had."""
        self.parts.extend(parts)
        await together(*(self._start(part) for part in parts))

    async def run(self, name: str, argv: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        """Run a command to its end. Raises `CannotOpen` with the end of its log when it fails."""
        process = spawn(argv, log=log, env=env, cwd=Path.cwd())
        self._changed(name, process.pid)
        try:
            await self._exit_of(process)
        finally:
            kill_session(process.pid)
            process.wait()
            self._changed(name, None)
        if process.returncode:
            raise CannotOpen(f"{name} failed ({_how(process.returncode)}), see {log}:\n{tail(log)}")

    async def stop(self, *groups: Sequence[str]) -> None:
        """Stop the named parts: group after group, those of a group at once."""
        for part in self.parts:
            if part.keeper:
                part.keeper.cancel()
        for group in groups:
            await asyncio.gather(*(self._stop(part) for part in self.parts if part.name in group))

    async def _start(self, part: Part) -> None:
        begun = time.monotonic()
        try:
            await asyncio.to_thread(part.server.prepare)
        except ServerFailed as error:
            raise CannotOpen(f"{part.name} does not start: {error}") from error
        process = self._launch(part)
        if not await self._ready(part, process):
            how = _how(process.returncode) if process.poll() is not None else "it does not answer"
            raise CannotOpen(
                f"{part.name} does not start ({how}), see {part.server.log}:\n{tail(part.server.log)}"
            )
        part.keeper = asyncio.create_task(self._keep(part, process))
        self.say(f"{part.name} is ready ({time.monotonic() - begun:.1f} s)")

    async def _keep(self, part: Part, process: Popen[bytes]) -> None:
        """Whenever the process ends, start it again: at once, but ever later while it does not last."""
        pause = _FIRST_PAUSE
        while True:
            answered = time.monotonic()
            await self._exit_of(process)
            kill_session(process.pid)
            pause = _FIRST_PAUSE if time.monotonic() - answered > _STEADY else min(2 * pause, _LONGEST_PAUSE)
            self.say(
                f"{part.name} has ended ({_how(process.returncode)}), starting it again in {pause:.1f} s"
            )
            await asyncio.sleep(pause)
            process = await self._relaunch(part)
            if await self._ready(part, process):
                self.say(f"{part.name} is back (process {process.pid})")
            elif process.poll() is None:
                self.say(f"{part.name} runs but does not answer, see {part.server.log}")

    async def _relaunch(self, part: Part) -> Popen[bytes]:
        while True:
            try:
                await asyncio.to_thread(part.server.prepare)
                return self._launch(part)
            except (ServerFailed, OSError) as error:
                self.say(f"{part.name} does not start: {error}")
                await asyncio.sleep(_LONGEST_PAUSE)

    def _launch(self, part: Part) -> Popen[bytes]:
        part.process = part.server.launch()
        self._changed(part.name, part.process.pid)
        return part.process

    async def _ready(self, part: Part, process: Popen[bytes]) -> bool:
        begun = time.monotonic()
        while process.poll() is None and (waited := time.monotonic() - begun) < part.start_within:
            if await asyncio.to_thread(part.server.ready):
                return True
            await asyncio.sleep(_GLANCE if waited < 1 else _LOOK)
        return False

    async def _stop(self, part: Part) -> None:
        if part.process is None:
            return
        for number in part.signals:
            if part.process.poll() is None and not self.hurry.is_set():
                part.process.send_signal(number)
                await self._exit_or_hurry(part.process, part.patience)
        if part.process.poll() is None:
            last = part.signals[-1] if len(part.signals) > 1 else signal.SIGKILL
            part.process.send_signal(last)
            await self._exit_or_hurry(part.process, 1.0)
        kill_session(part.process.pid)
        part.process.wait()

    async def _exit_or_hurry(self, process: Popen[bytes], patience: float) -> None:
        waits = [asyncio.create_task(self._exit_of(process))]
        if not self.hurry.is_set():
            waits.append(asyncio.create_task(self._hurried()))
        await asyncio.wait(waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _hurried(self) -> None:
        await self.hurry.wait()

    async def _exit_of(self, process: Popen[bytes]) -> None:
        while process.poll() is None:
            await self._child_ended.wait()

    def _notice(self) -> None:
        """Wake all who wait for an end; each looks whether it was theirs."""
        self._child_ended.set()
        self._child_ended = asyncio.Event()

    def _changed(self, name: str, pid: int | None) -> None:
        if pid is None:
            self._pids.pop(name, None)
        else:
            self._pids[name] = pid
        self.on_change(self._pids)


async def together(*works: Coroutine[None, None, None]) -> None:
    """Do all at once. The first that fails cancels the others, and its error is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _how(returncode: int) -> str:
    return f"killed by {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"
