"""Accepts connections and keeps count of them."""

import asyncio

from ecommerce.adapters.sandbox.web.connection import Connection
from ecommerce.adapters.sandbox.web.messages import Handler

CLOSING_SECONDS = 2.0


class Listener:
    """The HTTP port; what is being worked on when it closes gets a moment to finish."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._open: dict[asyncio.Task[None], Connection] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and tell on which port. Raises `OSError` when it is taken."""
        self._server = await asyncio.start_server(self._accept, host, port, backlog=1024)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, self._handler)
        task = asyncio.current_task()
        if task is None:  # start_server always runs a coroutine callback as a task
            raise RuntimeError("a connection must be served by a task of its own")
        self._open[task] = connection
        try:
            await connection.serve()
        finally:
            del self._open[task]

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in self._open.values():
            if connection.idle:
                connection.abandon()
        busy = list(self._open)
        if busy:
            _, late = await asyncio.wait(busy, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
