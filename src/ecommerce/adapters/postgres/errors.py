"""What PostgreSQL and its driver raise, in the words of the application."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from ecommerce.domain.shared.kernel import ConcurrentUpdate, Unavailable

_LOST_RACE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
# The server has given this connection up, whether or not the driver has noticed.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,  # asked for more after the server's last word
)
_AWAY = (
    *LOST,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,  # statement_timeout
    asyncpg.LockNotAvailableError,  # lock_timeout
    asyncpg.InsufficientResourcesError,  # disk full, out of memory
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)


def translation(error: BaseException) -> BaseException:
    """A failure of the driver as `ConcurrentUpdate` (try again) or `Unavailable` (try later).

    Anything else as it is. A violated constraint is no failure of the database: the adapter that knows the
    constraint's name translates it.
    """
    if isinstance(error, _LOST_RACE):
        return ConcurrentUpdate("somebody else changed this at the same moment; try again")
    # A ValueError among them is an argument the driver can't encode: our bug, not the server's.
    if isinstance(error, _AWAY) and not isinstance(error, ValueError):
        return Unavailable("the database does not answer; try again in a moment")
    return error


@contextmanager
def translated() -> Iterator[None]:
    """Raise the translation of what the driver raises."""
    try:
        yield
    except Exception as error:
        told = translation(error)
        if told is error:
            raise
        raise told from error
