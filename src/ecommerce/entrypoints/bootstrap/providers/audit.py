"""Who changed what, for every context."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Clock, Ids, UnitOfWork
from ecommerce.application.shared.records import Desk


class AuditProvider(Provider):
    scope = Scope.REQUEST

    @provide
    def audit_log(self, uow: PgUnitOfWork) -> AuditLog:
        return PgAuditLog(uow)

    @provide
    def desk(self, uow: UnitOfWork, audit: AuditLog, ids: Ids, clock: Clock, call: Call) -> Desk:
        """What every editor of records works with."""
        return Desk(uow, audit, ids, clock, call)
