"""The cold lane: SQLAlchemy's sessions, made only where something asks for one."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide
from sqlalchemy.ext.asyncio import AsyncSession

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.sql_unit_of_work import ReadSession, SqlUnitOfWork


class SqlProvider(Provider):
    scope = Scope.REQUEST

    @provide
    async def session(self, database: Database) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(database.engine, expire_on_commit=False) as session:
            yield session

    @provide
    async def read_session(self, database: Database) -> AsyncIterator[ReadSession]:
        reads = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with AsyncSession(reads, expire_on_commit=False) as session:
            yield ReadSession(session)

    @provide
    def unit_of_work(self, session: AsyncSession) -> SqlUnitOfWork:
        return SqlUnitOfWork(session)
