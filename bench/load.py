"""Drives a server with a few connections at once, and counts what it completes."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from bench.client import Connection, Disconnected

CONNECTIONS = 16
# What one buyer does once: a request or a few. The number tells it from all others.
Step: TypeAlias = Callable[[Connection, int], Awaitable[None]]


class WrongAnswer(Exception):
    """The server answered something that it must not."""


@dataclass(slots=True)
class Load:
    completed: int = 0
    seconds: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return self.completed / self.seconds if self.seconds else 0.0


async def drive(
    connections: Sequence[Connection], step: Step, seconds: float, most: int | None = None
) -> Load:
    """Repeat `step` on every connection until the time is over, or `most` have been done."""
    load, numbers = Load(), count()
    began = time.perf_counter()
    end = began + seconds

    async def buyer(connection: Connection) -> None:
        while time.perf_counter() < end:
            number = next(numbers)
            if most is not None and number >= most:
                return
            try:
                await step(connection, number)
            except WrongAnswer as error:
                load.wrong[str(error)] += 1
            except Disconnected:
                load.wrong["the connection was closed"] += 1
                return
            else:
                load.completed += 1

    await asyncio.gather(*(buyer(each) for each in connections))
    load.seconds = time.perf_counter() - began
    return load


async def connect(origin: str, many: int = CONNECTIONS) -> list[Connection]:
    return list(await asyncio.gather(*(Connection.open(origin) for _ in range(many))))
