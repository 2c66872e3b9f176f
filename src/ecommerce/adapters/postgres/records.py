"""Records kept as documents: one table a kind, of one shape."""

from collections.abc import Sequence
from typing import Generic
from uuid import UUID

import asyncpg
import msgspec

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.shared.records import COUNTED, D, Edge, Listed, Record, gone
from ecommerce.domain.shared.kernel import StaleVersion

_COLUMNS = "id, version, definition::text AS definition, created_at, updated_at"
# One row is read beyond the page: it tells whether there is more.
PAGE = f"""
SELECT {_COLUMNS}, counted.n AS count
FROM (SELECT count(*) AS n FROM (SELECT FROM {{table}} WHERE {{kept}} LIMIT {COUNTED + 1}) counting) counted
LEFT JOIN LATERAL (
  SELECT * FROM {{table}}
  WHERE {{kept}} AND ($3::timestamptz IS NULL OR (created_at, id) {{beyond}} ($3, $4::uuid))
  ORDER BY created_at {{way}}, id {{way}} LIMIT $1 OFFSET $2
) shown ON true
"""
GET = f"SELECT {_COLUMNS} FROM {{table}} WHERE id = $1 AND {{kept}}"
LOCK = f"{GET} FOR UPDATE"
LOCK_TABLE = "LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"
ALL = f"SELECT {_COLUMNS} FROM {{table}} WHERE {{kept}} ORDER BY created_at DESC, id DESC"
AMONG = f"SELECT {_COLUMNS} FROM {{table}} WHERE id = ANY($1::uuid[]) AND {{kept}} LIMIT 1"
ADD = f"INSERT INTO {{table}} (id, name, definition) VALUES ($1, $2, $3) RETURNING {_COLUMNS}"
_THIS_VERSION = "id = $1 AND ($2::integer IS NULL OR version = $2) AND {kept}"
REPLACE = f"""
UPDATE {{table}} SET version = version + 1, name = $3, definition = $4, updated_at = now()
WHERE {_THIS_VERSION} RETURNING {_COLUMNS}
"""
DELETE = f"DELETE FROM {{table}} WHERE {_THIS_VERSION} RETURNING id"
ARCHIVE = f"""
UPDATE {{table}} SET version = version + 1, archived_at = now(), updated_at = now()
WHERE {_THIS_VERSION} RETURNING id
"""


class PgRecords(Generic[D]):
    """`kind` is what the table is called, and with blanks what a record is. With `archives` the table has a
    column `archived_at`, and what is removed is put away there.
    """

    def __init__(
        self, database: Database, uow: PgUnitOfWork, definition: type[D], kind: str, *, archives: bool = False
    ) -> None:
        self._database = database
        self._uow = uow
        self._read = msgspec.json.Decoder(definition).decode
        self._kind = kind
        self._words = {"table": kind, "kept": "archived_at IS NULL" if archives else "true"}
        self._removal = ARCHIVE if archives else DELETE

    async def page(self, size: int, offset: int = 0, edge: Edge | None = None) -> Listed[D]:
        backwards = edge is not None and edge.backwards
        sql = PAGE.format(beyond=">" if backwards else "<", way="ASC" if backwards else "DESC", **self._words)
        rows = await self._database.fetch(sql, size + 1, offset, edge and edge.created_at, edge and edge.id)
        found = [self._record(row) for row in rows if row["id"] is not None]
        shown, more = found[:size], len(found) > size
        if backwards:
            return Listed(shown[::-1], rows[0]["count"], before=more, after=True)
        return Listed(shown, rows[0]["count"], before=edge is not None or offset > 0, after=more)

    async def get(self, record_id: UUID) -> Record[D]:
        return self._found(await self._database.fetch_row(GET.format(**self._words), record_id))

    async def lock(self, record_id: UUID) -> Record[D]:
        return self._found(await self._uow.connection.fetchrow(LOCK.format(**self._words), record_id))

    async def lock_all(self) -> Sequence[Record[D]]:
        await self._uow.connection.execute(LOCK_TABLE.format(**self._words))
        return [self._record(row) for row in await self._uow.connection.fetch(ALL.format(**self._words))]

    async def among(self, ids: Sequence[UUID]) -> Record[D] | None:
        row = await self._uow.connection.fetchrow(AMONG.format(**self._words), list(ids))
        return None if row is None else self._record(row)

    async def add(self, record_id: UUID, definition: D) -> Record[D]:
        return self._found(
            await self._uow.connection.fetchrow(
                ADD.format(**self._words), record_id, definition.name, definition
            )
        )

    async def replace(self, record_id: UUID, version: int | None, definition: D) -> Record[D]:
        row = await self._uow.connection.fetchrow(
            REPLACE.format(**self._words), record_id, version, definition.name, definition
        )
        return self._record(row) if row is not None else await self._overtaken(record_id)

    async def remove(self, record_id: UUID, version: int | None) -> None:
        if not await self._uow.connection.fetchval(self._removal.format(**self._words), record_id, version):
            await self._overtaken(record_id)

    async def _overtaken(self, record_id: UUID) -> Record[D]:
        self._found(await self._uow.connection.fetchrow(GET.format(**self._words), record_id))
        raise StaleVersion("this was changed since you read it; read it again")

    def _found(self, row: asyncpg.Record | None) -> Record[D]:
        if row is None:
            raise gone(self._kind.replace("_", " "))
        return self._record(row)

    def _record(self, row: asyncpg.Record) -> Record[D]:
        return Record(
            id=row["id"],
            version=row["version"],
            definition=self._read(row["definition"]),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )
