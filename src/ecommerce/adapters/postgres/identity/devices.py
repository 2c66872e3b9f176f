"""Sessions as their owner sees them, and the devices they have made known: one statement each."""

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.identity.devices import SessionPage, SessionPosition, SessionRecord
from ecommerce.application.identity.ports import Device
from ecommerce.domain.identity.session import KNOWN_FOR
from ecommerce.domain.shared.ids import UserId

GOES_ON = """
account_id = $1 AND revoked_at IS NULL AND EXISTS (
  SELECT FROM refresh_token t WHERE t.session_id = session.id AND t.spent_at IS NULL AND t.expires_at > now())
"""
_PAGE = f"""
SELECT p.*, (SELECT count(*) FROM (SELECT FROM session WHERE {GOES_ON} LIMIT $6) c) AS counted
FROM (SELECT) one LEFT JOIN (
  SELECT id, device_name, user_agent, client_address, created_at, last_seen_at FROM session
  WHERE {GOES_ON} AND ($2::timestamptz IS NULL OR (created_at, id) {{beyond}} ($2, $3::uuid))
  ORDER BY created_at {{order}}, id {{order}} LIMIT $4 OFFSET $5
) p ON true
ORDER BY p.created_at DESC, p.id DESC
"""
OLDER = _PAGE.format(beyond="<", order="DESC")
NEWER = _PAGE.format(beyond=">", order="ASC")

# Of the latest sessions alone, so that it costs the same for everyone.
KNOWS = """
SELECT EXISTS (
  SELECT FROM (
    SELECT client_address, user_agent, last_seen_at FROM session
    WHERE account_id = (SELECT id FROM account WHERE email_key = $1) ORDER BY created_at DESC LIMIT 100
  ) lately
  WHERE client_address = $2 AND user_agent = $3 AND last_seen_at > now() - $4::interval)
"""


class PgSessionQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_account(
        self, account_id: UserId, size: int, position: SessionPosition | None, offset: int, most: int
    ) -> SessionPage:
        backwards = position is not None and position.backwards
        rows = await self._database.fetch(
            NEWER if backwards else OLDER,
            account_id,
            position.created_at if position else None,
            position.session_id if position else None,
            size + 1,
            offset,
            most + 1,
        )
        found = [_record(row) for row in rows if row["id"] is not None]
        more = len(found) > size
        if more:
            found = found[1:] if backwards else found[:size]
        return SessionPage(sessions=found, count=rows[0]["counted"], more=more)


class PgKnownDevices:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def knows(self, email_key: str, address: str, user_agent: str) -> bool:
        row = await self._database.fetch_row(KNOWS, email_key, address, user_agent, KNOWN_FOR)
        assert row is not None
        return bool(row[0])


def _record(row: asyncpg.Record) -> SessionRecord:
    return SessionRecord(
        id=row["id"],
        device=Device(name=row["device_name"], user_agent=row["user_agent"], address=row["client_address"]),
        created_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
    )
