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


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's failures into `ConcurrentUpdate` (try again) and `Unavailable` (try later).

    A violated constraint is no failure of the database: it passes, and the adapter that knows the
    constraint's name translates it.
    """
    try:
        yield
    except _LOST_RACE as error:
        raise ConcurrentUpdate("somebody else changed this at the same moment; try again") from error
    except _AWAY as error:
        if isinstance(error, ValueError):  # an argument the driver can't encode: our bug, not the server's
            raise
        raise Unavailable("the database does not answer; try again in a moment") from error
