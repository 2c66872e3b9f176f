"""The chain of the audit log, read for whoever wants to verify it. It is written by a trigger at COMMIT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.application.audit.ports import ChainReading, Head, Link

# As the trigger has it (migration 0008), by functions of PostgreSQL alone: whoever could change the log could
# change functions of ours as well.
CONTENT = """
convert_to(jsonb_build_array(
  a.id, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.actor,
  a.action, a.target, a.before, a.after, a.request_id)::text, 'UTF8')
"""
HEAD = "SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1"
COUNT = "SELECT count(*) FROM audit_chain"
LINKS = f"""
SELECT c.seq, c.entry_id, c.previous, c.hash, CASE WHEN a.id IS NOT NULL THEN {CONTENT} END AS content
FROM audit_chain c LEFT JOIN audit_log a ON a.id = c.entry_id
WHERE c.seq > $1 ORDER BY c.seq LIMIT $2
"""
UNLINKED = """
SELECT min(a.id) FROM audit_log a WHERE NOT EXISTS (SELECT FROM audit_chain c WHERE c.entry_id = a.id)
"""
BATCH = 2_000
_PATIENCE = 70


class PgAuditChain:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def head(self) -> Head:
        row = await self._database.fetch_row(HEAD)
        return Head(0, bytes(32).hex()) if row is None else Head(row["seq"], row["hash"].hex())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ChainReading]:
        async with (
            self._database.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            # Scans of whole tables: longer than a request may take.
            await connection.execute("SET LOCAL statement_timeout = '60s'")
            yield _Reading(connection)


class _Reading:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def count(self) -> int:
        found: int = await self._connection.fetchval(COUNT, timeout=_PATIENCE)
        return found

    async def links(self) -> AsyncIterator[Link]:
        # Below all: a link in front of the first is one too many, and is to be seen.
        seq = -(2**63)
        while rows := await self._connection.fetch(LINKS, seq, BATCH, timeout=_PATIENCE):
            for row in rows:
                yield Link(**row)
            seq = rows[-1]["seq"]

    async def unlinked(self) -> int | None:
        found: int | None = await self._connection.fetchval(UNLINKED, timeout=_PATIENCE)
        return found
