"""`ecommerce up`: opens the whole shop on one machine, keeps it open, and closes it in order."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ecommerce.entrypoints.bootstrap.local_shop import database, kept, plan, ports
from ecommerce.entrypoints.bootstrap.local_shop.crew import Crew, Part, Program, together
from ecommerce.entrypoints.bootstrap.local_shop.folder import Folder, Started, started
from ecommerce.entrypoints.bootstrap.local_shop.probes import answers

Say = Callable[[str], None]
# Clients before what they need; those of a group at once.
_CLOSING = (("api", "worker"), ("sandbox",), ("valkey", "postgres"))


def open_shop(options: plan.Options, say: Say, announce: Callable[[Mapping[str, Any]], None]) -> None:
    """Open the shop, `announce` where everything is, and keep it open until Ctrl-C or SIGTERM.

    Raises:
        CannotOpen: a port is taken, the folder is in use, or a part does not start.
        WrongUse: it was asked for with what belongs to production.
        BadSettings: the user's own settings are not usable.
    """
    folder = Folder(options.data_dir)
    folder.make()
    with folder.locked():
        folder.withdraw()
        if left := folder.sweep():
            say(f"ended {left} processes that a killed shop had left")
        ports.demand(options.port, "the API")
        ports.demand(options.port + 1, "the sandbox")
        keeps = kept.load(folder.path)
        keeps.ports = ports.settle(keeps.ports, plan.PORTS)
        made = plan.make(options, keeps, kept.users_environment())
        keeps.environment = {k: v for k, v in made.environment.items() if k.startswith("ECOMMERCE_")}
        kept.save(folder.path, keeps)
        try:
            asyncio.run(_Shop(made, keeps.secrets, folder, say, announce).run())
        finally:
            folder.withdraw()


@dataclass(slots=True)
class _Shop:
    made: plan.Plan
    secrets: kept.Secrets
    folder: Folder
    say: Say
    announce: Callable[[Mapping[str, Any]], None]
    begun: float = field(default_factory=time.monotonic)
    is_open: bool = False

    async def run(self) -> None:
        crew = Crew(self.say, self._note)
        closing = asyncio.Event()

        def close() -> None:
            """The first signal closes the shop in order, a second one hurries."""
            if closing.is_set():
                crew.hurry.set()
            else:
                self.say("closing the shop")
            closing.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, close)
        opening = asyncio.create_task(self._open(crew))
        closed = asyncio.create_task(closing.wait())
        try:
            await asyncio.wait((opening, closed), return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                await opening
                await closed
        finally:
            closed.cancel()
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            self.folder.withdraw()
            await crew.stop(*_CLOSING)
            self.folder.note(())

    async def _open(self, crew: Crew) -> None:
        """The API takes longest to start, so it waits for nothing but its database."""
        await together(crew.start(self._sandbox()), self._open_api(crew))
        self.is_open = True
        self._note(crew.pids)
        self.say(f"the shop is open ({time.monotonic() - self.begun:.1f} s)")
        self.announce(self._whereabouts(crew.pids))

    async def _open_api(self, crew: Crew) -> None:
        options, env = self.made.options, self.made.environment
        await crew.start(*self._servers())
        url = env["ECOMMERCE_DATABASE_URL"]
        found = await database.look(url, options.migrations)
        if not found.current:
            self.say("migrating the database")
            await crew.run("db upgrade", options.commands["db upgrade"], env, self.folder.log("migrations"))
            found = await database.look(url, options.migrations)
        if found.empty and options.seed:
            self.say(f"filling the shop with {options.products} products")
            seed = (*options.commands["seed"], "--products", str(options.products), "--if-empty")
            await crew.run("seed", seed, env, self.folder.log("seed"))
        await crew.start(self._api(), self._worker())

    def _servers(self) -> list[Part]:
        parts = []
        if self.made.postgres:
            signals = (signal.SIGINT, signal.SIGQUIT)
            parts.append(Part("postgres", self.made.postgres, signals, patience=2.5))
        if self.made.valkey:
            parts.append(Part("valkey", self.made.valkey, patience=2.5))
        return parts

    def _sandbox(self) -> Part:
        probe = partial(answers, f"{self.made.options.sandbox}/_control/state", self.secrets.sandbox_token)
        return Part("sandbox", self._program("sandbox", (), probe), patience=1.5)

    def _api(self) -> Part:
        options = self.made.options
        arguments = ("--port", str(options.port), "--workers", str(options.api_workers))
        return Part("api", self._program("serve", arguments, partial(answers, f"{options.api}/ready"), "api"))

    def _worker(self) -> Part:
        ready_file = Path(self.made.environment["ECOMMERCE_WORKER_READY_FILE"])
        program = self._program("worker", (), ready_file.exists)
        program.ready_file = ready_file
        return Part("worker", program)

    def _program(
        self, command: str, arguments: tuple[str, ...], probe: Callable[[], bool], log: str = ""
    ) -> Program:
        argv = (*self.made.options.commands[command], *arguments)
        return Program(argv, self.made.environment, self.folder.log(log or command), probe)

    def _note(self, pids: Mapping[str, int]) -> None:
        """Whenever a process starts: for `status`, for the sweep of a later `up`, and for up.json."""
        noted: list[Started | None] = [started(name, pid) for name, pid in pids.items()]
        self.folder.note(one for one in noted if one)
        if self.is_open:
            self.folder.publish(self._whereabouts(pids))

    def _whereabouts(self, pids: Mapping[str, int]) -> dict[str, Any]:
        """As `up.json` has it: origins without a path, the root process of each part."""
        options, env, holder = self.made.options, self.made.environment, self.folder.holder()
        assert holder is not None, "the folder is locked by us"
        return {
            "api": options.api,
            "docs": f"{options.api}/api/docs",
            "sandbox": options.sandbox,
            "database_url": env["ECOMMERCE_DATABASE_URL"],
            "redis_url": env["ECOMMERCE_REDIS_URL"],
            "admin": {
                "email": env["ECOMMERCE_DEMO_ADMIN_EMAIL"],
                "password": env["ECOMMERCE_DEMO_ADMIN_PASSWORD"],
            },
            "customer": {
                "email": env["ECOMMERCE_DEMO_CUSTOMER_EMAIL"],
                "password": env["ECOMMERCE_DEMO_CUSTOMER_PASSWORD"],
            },
            "sandbox_token": env["ECOMMERCE_SANDBOX_TOKEN"],
            "stripe_secret_key": env["ECOMMERCE_STRIPE_API_KEY"],
            "pids": {"supervisor": holder.pid, **pids},
        }
