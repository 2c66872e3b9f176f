"""What every context stands on: the database, the unit of work, the outbox, time, ids, encryption."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, from_context, provide

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.examiner import PgInvariants
from ecommerce.adapters.postgres.idempotency import IdempotencyClaim, PgIdempotencyStore, Presence
from ecommerce.adapters.postgres.outbox import PgOutbox
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.cipher import AesCipher
from ecommerce.adapters.system.clock import SystemClock
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.care import Invariants
from ecommerce.application.shared.idempotency import IdempotencyStore
from ecommerce.application.shared.ports import Cipher, Clock, Ids, Outbox, UnitOfWork
from ecommerce.application.shared.tokens import Tokens
from ecommerce.entrypoints.bootstrap.settings import Settings


class CoreProvider(Provider):
    settings = from_context(Settings, scope=Scope.APP)
    call = from_context(Call, scope=Scope.REQUEST)

    @provide(scope=Scope.APP)
    async def database(self, settings: Settings) -> AsyncIterator[Database]:
        wanted = settings.database
        database = Database(
            wanted.url,
            Bounds(
                pool_size=wanted.pool_size,
                pool_timeout=wanted.pool_timeout,
                connect_timeout=wanted.connect_timeout,
                statement_timeout=wanted.statement_timeout,
                lock_timeout=wanted.lock_timeout,
                command_timeout=wanted.command_timeout,
            ),
        )
        await database.open()
        yield database
        await database.close()

    @provide(scope=Scope.APP)
    async def doorbell(self, database: Database) -> AsyncIterator[Doorbell]:
        doorbell = Doorbell(database)
        yield doorbell
        await doorbell.close()

    @provide(scope=Scope.APP)
    async def presence(self, database: Database) -> AsyncIterator[Presence]:
        presence = Presence(database)
        presence.start()
        yield presence
        await presence.stop()

    @provide(scope=Scope.APP)
    def cipher(self, settings: Settings) -> Cipher:
        return AesCipher(settings.secret_key)

    @provide(scope=Scope.APP)
    def tokens(self, settings: Settings) -> Tokens:
        return SecretTokens(settings.secret_key)

    @provide(scope=Scope.APP)
    def clock(self) -> Clock:
        return SystemClock()

    @provide(scope=Scope.APP)
    def ids(self) -> Ids:
        return Uuid7Ids()

    @provide(scope=Scope.APP)
    def idempotency(self, database: Database, cipher: Cipher, presence: Presence) -> IdempotencyStore:
        return PgIdempotencyStore(database, cipher, presence)

    @provide(scope=Scope.APP)
    def invariants(self, database: Database) -> Invariants:
        return PgInvariants(database)

    @provide(scope=Scope.REQUEST)
    def pg_unit_of_work(
        self, database: Database, doorbell: Doorbell, presence: Presence, call: Call
    ) -> PgUnitOfWork:
        key = call.idempotency_key
        claim = IdempotencyClaim(call, key, presence.holder) if key is not None else None
        return PgUnitOfWork(database, doorbell, claim)

    @provide(scope=Scope.REQUEST)
    def unit_of_work(self, uow: PgUnitOfWork) -> UnitOfWork:
        return uow

    @provide(scope=Scope.REQUEST)
    def outbox(self, uow: PgUnitOfWork) -> Outbox:
        return PgOutbox(uow)
