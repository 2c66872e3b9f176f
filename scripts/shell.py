"""Python with `await`, the open shop's container, and a request's scope in it.

Wants a shop: one that `make up` opened (`--data-dir` says where), or one that the environment names.

>>> await (await scope.get(OutboxCare)).standing()
"""

import argparse
import ast
import asyncio
import code
import inspect
import threading
import types
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ecommerce.application.shared.call import Call
from ecommerce.application.shared.outgoing import OutboxCare
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import BadSettings, load
from ecommerce.entrypoints.cli.use_case import operator

BANNER = """container  the whole application: await container.get(Port)
scope      one request's, as {actor}: await scope.get(SomeHandler)
settings   as read from the environment and the data folder
Ctrl-D leaves."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    data_dir: Path | None = parser.parse_args().data_dir
    with ExitStack() as stack:
        if data_dir is not None:
            stack.enter_context(kept.data_dir_is(data_dir))
        try:
            settings = load(kept.environment())
        except BadSettings as error:
            raise SystemExit(f"{error}\nno shop is named: run `make up` in another terminal first") from None
        loop = Loop()
        stack.callback(loop.close)
        container = build_container(settings)
        opening = container({Call: Call(actor=operator())})
        names = {
            "asyncio": asyncio,
            "settings": settings,
            "container": container,
            "scope": loop.run(opening.__aenter__()),
            "OutboxCare": OutboxCare,
            "UnitOfWork": UnitOfWork,
        }
        try:
            Console(loop, names).interact(BANNER.format(actor=operator().label), exitmsg="")
        finally:
            loop.run(opening.__aexit__(None, None, None))
            loop.run(container.close())


class Loop:
    """An event loop beside the terminal, so that what was begun goes on while somebody types."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Console(code.InteractiveConsole):
    def __init__(self, loop: Loop, names: dict[str, Any]) -> None:
        super().__init__(names)
        self._loop = loop
        self._names = names
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

    def runcode(self, code: types.CodeType) -> None:
        try:
            self._loop.run(self._run(code))
        except SystemExit:
            raise
        except BaseException:  # whatever was typed, the console stays
            self.showtraceback()

    async def _run(self, compiled: types.CodeType) -> None:
        made = types.FunctionType(compiled, self._names)()
        if inspect.isawaitable(made):
            await made


if __name__ == "__main__":
    main()
