"""The audit log, written in the transaction of the change it tells of."""

from collections.abc import Mapping
from typing import Any

from ecommerce.adapters.postgres.outbox import request_id
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.shared.actor import Actor

INSERT = """
INSERT INTO audit_log (actor, action, target, before, after, request_id)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6)
"""


class PgAuditLog:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def record(
        self,
        actor: Actor,
        action: str,
        target: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        await self._uow.connection.execute(INSERT, actor.label, action, target, before, after, request_id())
