"""What roles and keys allow, kept in every process: told of changes by NOTIFY, and looking for them itself.

No message has to arrive for this to be right. One row says whether anything changed; it is looked at twice a
second over a connection of its own, and when that was too long ago, by whoever asks, over any other.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import asyncpg
import structlog

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.application.identity.staff_ports import GoodKey
from ecommerce.domain.identity.roles import EVERY_PERMISSION, ROLES, permissions_of
from ecommerce.domain.shared.kernel import DomainError

log = structlog.get_logger()

CHANNEL = "ecommerce_identity"
_PAUSE = 0.4
_FRESH = 0.9
_USES_EVERY = 60.0
_MOST_KEYS = 10_000

# The roles come along only when something changed; all of it is one snapshot.
LOOK = """
SELECT moved.revision, role.name, role.permissions
FROM identity_revision AS moved LEFT JOIN role ON moved.revision <> $1
"""
# The time left is the database's: this process's clock may be wrong.
FIND = """
SELECT moved.revision, key.id, key.scopes, extract(epoch FROM key.expires_at - now())::float8 AS seconds_left
FROM identity_revision AS moved LEFT JOIN api_key AS key
  ON key.hash = $1 AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > now())
"""
# Who is locked is being told of by another process, or changed: the next time will do.
NOTE_USES = """
WITH used AS (
  SELECT key.id, now() - make_interval(secs => told.ago) AS at
  FROM unnest($1::uuid[], $2::float8[]) AS told (id, ago) JOIN api_key AS key USING (id)
  WHERE key.last_used_at IS NULL OR key.last_used_at < now() - interval '55 seconds'
  FOR NO KEY UPDATE OF key SKIP LOCKED
)
UPDATE api_key SET last_used_at = greatest(api_key.last_used_at, used.at) FROM used WHERE api_key.id = used.id
"""


@dataclass(frozen=True, slots=True)
class _Held:
    """A key as it was found at a revision; good until that moment."""

    key: GoodKey
    revision: int
    until: float


class PgAuthority:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._revision = -1
        self._looked_at = self._changed_at = float("-inf")
        self._roles: Mapping[str, frozenset[str]] = {}
        self._keys: dict[bytes, _Held] = {}
        self._used: dict[UUID, float] = {}
        self._told: dict[UUID, float] = {}
        self._watcher: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])

    async def permissions_of(self, roles: Iterable[str]) -> frozenset[str]:
        wanted = frozenset(roles)
        allowed = permissions_of(wanted)
        custom = wanted - ROLES
        if not custom:
            return allowed
        await self._be_current()
        return allowed.union(*(self._roles.get(role, frozenset()) for role in custom))

    async def key(self, digest: bytes) -> GoodKey | None:
        await self._be_current()
        held = self._keys.get(digest)
        if held is None or held.revision < self._revision:
            held = await self._find(digest)
        if held is None or held.until <= monotonic():
            return None
        self._used[held.key.id] = monotonic()
        return held.key

    def has_seen(self, digest: bytes) -> bool:
        return digest in self._keys

    def changed(self) -> None:
        self._changed_at = monotonic()

    async def _be_current(self) -> None:
        if self._looked_at <= self._changed_at or monotonic() - self._looked_at > _FRESH:
            asked_at = monotonic()
            self._take(await self._database.fetch(LOOK, self._revision), asked_at)

    async def _find(self, digest: bytes) -> _Held | None:
        asked_at = monotonic()
        row = await self._database.fetch_row(FIND, digest)
        if row is None or row["id"] is None:
            self._keys.pop(digest, None)
            return None
        left = float("inf") if row["seconds_left"] is None else row["seconds_left"]
        # What a scope was once called may be none any more.
        good = GoodKey(row["id"], EVERY_PERMISSION.intersection(row["scopes"]))
        held = _Held(good, row["revision"], asked_at + left)
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        self._keys[digest] = held
        return held

    async def _watch(self) -> None:
        while True:
            try:
                async with self._database.acquire() as connection:
                    await self._look_on(connection)
            except (DomainError, asyncpg.PostgresError) as error:
                log.warning("identity.authority_not_seen", error=str(error))
            await asyncio.sleep(_PAUSE)

    async def _look_on(self, connection: Connection) -> None:
        rung = asyncio.Event()

        def ring(*_: object) -> None:
            rung.set()

        await connection.add_listener(CHANNEL, ring)
        try:
            while True:
                rung.clear()
                asked_at = monotonic()
                self._take(await connection.fetch(LOOK, self._revision, timeout=_FRESH), asked_at)
                await self._note_uses(connection)
                try:
                    await asyncio.wait_for(rung.wait(), _PAUSE)
                except TimeoutError:
                    continue
        finally:
            if not connection.is_closed():
                await connection.remove_listener(CHANNEL, ring)

    def _take(self, rows: Sequence[asyncpg.Record], asked_at: float) -> None:
        """What was asked later is newer, in whatever order the answers come."""
        if asked_at < self._looked_at:
            return
        self._looked_at = asked_at
        revision: int = rows[0]["revision"]
        if revision == self._revision:
            return
        if revision < self._revision:  # a restored backup: nothing that was known holds
            self._keys.clear()
        self._roles = {row["name"]: frozenset(row["permissions"]) for row in rows if row["name"] is not None}
        self._revision = revision

    async def _note_uses(self, connection: Connection) -> None:
        now = monotonic()
        due = {
            key: used
            for key, used in self._used.items()
            if now - self._told.get(key, float("-inf")) >= _USES_EVERY
        }
        if not due:
            return
        self._told = {key: at for key, at in self._told.items() if now - at < _USES_EVERY}
        await connection.execute(NOTE_USES, list(due), [now - used for used in due.values()], timeout=_FRESH)
        for key, used in due.items():
            self._told[key] = now
            if self._used.get(key) == used:
                del self._used[key]
