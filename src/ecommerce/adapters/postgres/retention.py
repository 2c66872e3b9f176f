"""What the kernel's tables keep, and for how long."""

from ecommerce.adapters.postgres.database import Database

BATCH = 5_000
# Small batches: no statement holds locks for long, and each ends well within its timeout.
SWEEPS = {
    "outbox": """
        DELETE FROM outbox WHERE id IN (
            SELECT id FROM outbox
            WHERE occurred_at < now() - interval '30 days' AND done_at < now() - interval '30 days' LIMIT $1)
    """,
    "webhook_inbox": """
        DELETE FROM webhook_inbox WHERE (provider, event_id) IN (
            SELECT provider, event_id FROM webhook_inbox
            WHERE received_at < now() - interval '30 days' AND handled_at IS NOT NULL LIMIT $1)
    """,
    "idempotency_key": """
        DELETE FROM idempotency_key WHERE scope IN (
            SELECT scope FROM idempotency_key WHERE claimed_at < now() - interval '24 hours' LIMIT $1)
    """,
}


class PgRetention:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self) -> dict[str, int]:
        return {table: await self._empty(sql) for table, sql in SWEEPS.items()}

    async def _empty(self, sql: str) -> int:
        """Returns how many rows went."""
        gone = 0
        while True:
            batch = int((await self._database.execute(sql, BATCH)).rpartition(" ")[2])
            gone += batch
            if batch < BATCH:
                return gone
