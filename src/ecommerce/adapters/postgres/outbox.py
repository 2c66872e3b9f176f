"""The transactional outbox, written by any use case and read by the relay."""

from collections.abc import Sequence

import structlog

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.domain.shared.kernel import Event

INSERT = """
INSERT INTO outbox (kind, aggregate, aggregate_id, payload, request_id)
SELECT kind, aggregate, aggregate_id, payload, $5
FROM unnest($1::text[], $2::text[], $3::uuid[], $4::jsonb[])
     WITH ORDINALITY AS event (kind, aggregate, aggregate_id, payload, position)
ORDER BY position
"""


def request_id() -> str | None:
    """The id of the request or job that is running, as the door bound it."""
    value = structlog.contextvars.get_contextvars().get("request_id")
    return value if isinstance(value, str) else None


class PgOutbox:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def add(self, events: Sequence[Event]) -> None:
        if not events:
            return
        await self._uow.connection.execute(
            INSERT,
            [type(event).__name__ for event in events],
            [event.aggregate for event in events],
            [event.aggregate_id for event in events],
            [event.payload() for event in events],
            request_id(),
        )
        self._uow.ring_on_commit()
