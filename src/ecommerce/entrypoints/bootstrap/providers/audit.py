"""Who changed what, for every context."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.audit.contracts import AuditLog


class AuditProvider(Provider):
    @provide(scope=Scope.REQUEST)
    def audit_log(self, uow: PgUnitOfWork) -> AuditLog:
        return PgAuditLog(uow)
