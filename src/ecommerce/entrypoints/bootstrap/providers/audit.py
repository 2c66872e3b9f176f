"""Who changed what, for every context."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.audit_chain import PgAuditChain
from ecommerce.adapters.postgres.audit_entries import PgAuditEntries
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.audit.ports import AuditChain, AuditEntries
from ecommerce.application.audit.verify_chain import VerifyChain
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Clock, Ids, UnitOfWork
from ecommerce.application.shared.records import Desk


class AuditProvider(Provider):
    scope = Scope.REQUEST

    @provide
    def audit_log(self, uow: PgUnitOfWork) -> AuditLog:
        return PgAuditLog(uow)

    @provide(scope=Scope.APP)
    def entries(self, database: Database) -> AuditEntries:
        return PgAuditEntries(database)

    @provide(scope=Scope.APP)
    def chain(self, database: Database) -> AuditChain:
        return PgAuditChain(database)

    verify = provide(VerifyChain)

    @provide
    def desk(self, uow: UnitOfWork, audit: AuditLog, ids: Ids, clock: Clock, call: Call) -> Desk:
        """What every editor of records works with."""
        return Desk(uow, audit, ids, clock, call)
