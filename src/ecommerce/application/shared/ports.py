"""What every use case may ask of the outside world."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ecommerce.domain.shared.kernel import Event


class UnitOfWork(Protocol):
    """One transaction, visible where it is opened.

    Commits when the block ends cleanly, rolls back when it raises. Repositories of the same request share
    it and work only inside it. It doesn't nest. Raises `ConcurrentUpdate` when the database chose another
    transaction over this one, and `Unavailable` when it doesn't answer within its bounds.
    """

    def begin(self) -> AbstractAsyncContextManager[None]: ...

    def single(self) -> AbstractAsyncContextManager[None]:
        """As `begin`, for one statement alone: BEGIN and COMMIT, two round trips, are left out where nothing
        else belongs into its transaction.
        """
        ...

    @property
    def resumed(self) -> bool:
        """Inside the first `begin` of a request with an idempotency key: an earlier attempt with this key
        committed its effect and died before it could answer. Skip the effect, build the answer.
        """
        ...


class Outbox(Protocol):
    """Facts, written in the transaction that made them true, told to subscribers at least once after it."""

    async def add(self, events: Sequence[Event]) -> None:
        """File the events, in their order. Only inside a unit of work."""
        ...


class Clock(Protocol):
    """This process's idea of now. Deadlines of stock and orders use the database's instead."""

    def now(self) -> datetime:
        """An aware UTC time."""
        ...


class Ids(Protocol):
    def new(self) -> UUID:
        """A fresh UUIDv7: sortable by the time it was made."""
        ...


class Cipher(Protocol):
    """Encryption at rest of what must be read back, bound to its purpose."""

    def encrypt(self, plain: bytes, purpose: str) -> bytes: ...

    def decrypt(self, secret: bytes, purpose: str) -> bytes:
        """Raises `ValueError` when the secret was made for another purpose, with another key, or damaged."""
        ...
