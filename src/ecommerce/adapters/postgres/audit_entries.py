"""The audit log as it is read."""

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.parts import newest_first
from ecommerce.application.audit.ports import AuditEntry, AuditFilter
from ecommerce.application.shared.listing import Part, Place

COLUMNS = "id AS number, at, actor, action, target, before, after, request_id"
CONDITIONS = {
    "actor": "actor = {}",
    "action": "action = {}",
    "target": "target = {}",
    "since": "at >= {}::timestamptz",
    "until": "at < {}::timestamptz",
}


class PgAuditEntries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, size: int, offset: int, place: Place | None, wanted: AuditFilter
    ) -> Part[AuditEntry]:
        conditions = [
            (sql, getattr(wanted, name))
            for name, sql in CONDITIONS.items()
            if getattr(wanted, name) is not None
        ]
        return await newest_first(
            self._database, "audit_log", COLUMNS, [("id", "bigint")], size, offset, place, conditions, _entry
        )


def _entry(row: asyncpg.Record) -> AuditEntry:
    return AuditEntry(**{name: row[name] for name in AuditEntry.__struct_fields__})
