"""Roles that the shop made for itself."""

from collections.abc import Collection, Mapping

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.domain.identity.custom_role import Role, RoleTaken
from ecommerce.domain.shared.kernel import NotFound

COLUMNS = "name, description, permissions, version, created_at, updated_at"
EVERY = f'SELECT {COLUMNS} FROM role ORDER BY name COLLATE "C"'
FIND = f"SELECT {COLUMNS} FROM role WHERE name = $1"
LOCK = f"{FIND} FOR UPDATE"
# Shared, so that many may give the same role at once; in one order, so that nobody waits in a circle.
HOLD = "SELECT name, permissions FROM role WHERE name = ANY($1::text[]) ORDER BY name FOR SHARE"
ADD = f"""
INSERT INTO role (name, description, permissions) VALUES ($1, $2, $3)
ON CONFLICT (name) DO NOTHING RETURNING {COLUMNS}
"""
REPLACE = f"""
UPDATE role SET description = $2, permissions = $3, version = version + 1, updated_at = now()
WHERE name = $1 RETURNING {COLUMNS}
"""
REMOVE = "DELETE FROM role WHERE name = $1"
HOLDERS = "SELECT count(*) FROM account WHERE roles <> '{}' AND roles @> ARRAY[$1::text]"


class PgRoleBook:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def every(self) -> list[Role]:
        return [_role(row) for row in await self._database.fetch(EVERY)]

    async def find(self, name: str) -> Role:
        return _found(await self._database.fetch_row(FIND, name))

    async def lock(self, name: str) -> Role:
        return _found(await self._uow.connection.fetchrow(LOCK, name))

    async def hold(self, names: Collection[str]) -> Mapping[str, frozenset[str]]:
        rows = await self._uow.connection.fetch(HOLD, list(names))
        return {row["name"]: frozenset(row["permissions"]) for row in rows}

    async def add(self, role: Role) -> Role:
        row = await self._uow.connection.fetchrow(ADD, role.name, role.description, sorted(role.permissions))
        if row is None:
            raise RoleTaken("there is a role with this name already")
        return _role(row)

    async def replace(self, role: Role) -> Role:
        return _found(
            await self._uow.connection.fetchrow(
                REPLACE, role.name, role.description, sorted(role.permissions)
            )
        )

    async def remove(self, name: str) -> None:
        await self._uow.connection.execute(REMOVE, name)

    async def holders(self, name: str) -> int:
        found: int = await self._uow.connection.fetchval(HOLDERS, name)
        return found


def _found(row: asyncpg.Record | None) -> Role:
    if row is None:
        raise NotFound("there is no such role")
    return _role(row)


def _role(row: asyncpg.Record) -> Role:
    return Role(**{**row, "permissions": frozenset(row["permissions"])})
