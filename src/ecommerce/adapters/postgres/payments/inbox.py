"""Webhooks received, once each, whatever the sender repeats."""

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.payments.provider import Incoming

STORE = """
INSERT INTO webhook_inbox (provider, event_id, kind, payload) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING true
"""
OPEN = "SELECT kind, payload FROM webhook_inbox WHERE provider = $1 AND event_id = $2 AND handled_at IS NULL"
CLOSE = """
UPDATE webhook_inbox SET handled_at = now(), outcome = $3
WHERE provider = $1 AND event_id = $2 AND handled_at IS NULL
"""


class PgWebhookInbox:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def store(self, incoming: Incoming) -> bool:
        stored = await self._uow.connection.fetchval(
            STORE, incoming.provider, incoming.event_id, incoming.kind, incoming.payload
        )
        return bool(stored)

    async def open(self, provider: str, event_id: str) -> Incoming | None:
        row = await self._uow.connection.fetchrow(OPEN, provider, event_id)
        if row is None:
            return None
        return Incoming(provider=provider, event_id=event_id, kind=row["kind"], payload=row["payload"])

    async def close(self, provider: str, event_id: str, outcome: str) -> None:
        await self._uow.connection.execute(CLOSE, provider, event_id, outcome)
