"""The keys of machines, as staff see them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.parts import newest_first
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.shared.listing import Part, Place
from ecommerce.domain.identity.api_key import ApiKey
from ecommerce.domain.shared.kernel import NotFound

COLUMNS = "id, name, prefix, scopes, version, created_by, created_at, expires_at, last_used_at, revoked_at"
FIND = f"SELECT {COLUMNS} FROM api_key WHERE id = $1"
LOCK = f"{FIND} FOR NO KEY UPDATE"
AMONG = f"SELECT {COLUMNS} FROM api_key WHERE id = ANY($1::uuid[]) LIMIT 1"
ADD = f"""
INSERT INTO api_key (id, name, prefix, hash, scopes, created_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {COLUMNS}
"""
CHANGE = f"""
UPDATE api_key SET name = $2, expires_at = $3, version = version + 1 WHERE id = $1 RETURNING {COLUMNS}
"""
REVOKE = f"UPDATE api_key SET revoked_at = now(), version = version + 1 WHERE id = $1 RETURNING {COLUMNS}"


class PgApiKeys:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def page(self, size: int, offset: int, place: Place | None) -> Part[ApiKey]:
        keys = [("created_at", "timestamptz"), ("id", "uuid")]
        return await newest_first(self._database, "api_key", COLUMNS, keys, size, offset, place, [], _key)

    async def find(self, key_id: UUID) -> ApiKey:
        return _found(await self._database.fetch_row(FIND, key_id))

    async def among(self, ids: Collection[UUID]) -> ApiKey | None:
        row = await self._uow.connection.fetchrow(AMONG, list(ids))
        return None if row is None else _key(row)

    async def lock(self, key_id: UUID) -> ApiKey:
        return _found(await self._uow.connection.fetchrow(LOCK, key_id))

    async def add(self, key: ApiKey, digest: bytes) -> ApiKey:
        return _found(
            await self._uow.connection.fetchrow(
                ADD, key.id, key.name, key.prefix, digest, sorted(key.scopes), key.created_by, key.expires_at
            )
        )

    async def change(self, key_id: UUID, name: str, expires_at: datetime | None) -> ApiKey:
        return _found(await self._uow.connection.fetchrow(CHANGE, key_id, name, expires_at))

    async def revoke(self, key_id: UUID) -> ApiKey:
        return _found(await self._uow.connection.fetchrow(REVOKE, key_id))


def _found(row: asyncpg.Record | None) -> ApiKey:
    if row is None:
        raise NotFound("there is no such API key")
    return _key(row)


def _key(row: asyncpg.Record) -> ApiKey:
    fields = {name: row[name] for name in ApiKey.__dataclass_fields__}
    return ApiKey(**{**fields, "scopes": frozenset(row["scopes"])})
