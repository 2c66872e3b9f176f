"""The unit of work of the cold lane: one transaction of a SQLAlchemy session."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import NewType

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from ecommerce.adapters.postgres.errors import translated
from ecommerce.domain.shared.kernel import Unavailable

# Every statement of it is a transaction of its own: a query never leaves one open behind it.
ReadSession = NewType("ReadSession", AsyncSession)


@contextmanager
def sql_translated() -> Iterator[None]:
    """As `translated`, for what SQLAlchemy has wrapped once or twice."""
    try:
        with translated():
            yield
    except DBAPIError as error:
        driver = error.orig.__cause__ if error.orig is not None else None
        if driver is None:
            raise
        with translated():
            raise driver from error
    except PoolTimeout as error:
        raise Unavailable("the database does not answer; try again in a moment") from error


class SqlUnitOfWork:
    """Made once a request, and shared by its repositories through `session`."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        with sql_translated():
            async with self.session.begin():
                yield

    def single(self) -> AbstractAsyncContextManager[None]:
        return self.begin()

    @property
    def resumed(self) -> bool:
        """Never: what works in the cold lane takes no idempotency key."""
        return False
