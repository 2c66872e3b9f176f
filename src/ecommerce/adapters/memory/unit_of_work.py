"""A transaction that remembers only whether it is open, and the events that were filed in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from ecommerce.domain.shared.kernel import Event


@dataclass
class MemoryUnitOfWork:
    """Doesn't nest, like the real one. It takes nothing back: a test that needs that wants the database."""

    resumed: bool = False
    is_open: bool = False
    commits: int = 0

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        if self.is_open:
            raise RuntimeError("a unit of work does not nest")
        self.is_open = True
        try:
            yield
        finally:
            self.is_open = False
        self.commits += 1

    def single(self) -> AbstractAsyncContextManager[None]:
        return self.begin()


@dataclass
class MemoryOutbox:
    uow: MemoryUnitOfWork
    events: list[Event] = field(default_factory=list)

    async def add(self, events: Sequence[Event]) -> None:
        if not self.uow.is_open:
            raise RuntimeError("no unit of work is open")
        self.events.extend(events)
