"""The keys that sign access tokens; their private halves come encrypted and stay so."""

from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.ports import SigningKey

LOAD = """
SELECT kid, algorithm, private_key, public_jwk, retired_at IS NOT NULL AS retired
FROM signing_key
WHERE retired_at IS NULL OR retired_at > now() - interval '1 day'
ORDER BY created_at DESC
"""
# One at a time over all processes: two keys made at once would both be signed with.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ecommerce.signing_key', 0))"
ACTIVE = "SELECT kid FROM signing_key WHERE retired_at IS NULL"
RETIRE = "UPDATE signing_key SET retired_at = now() WHERE retired_at IS NULL RETURNING kid"
ADD = "INSERT INTO signing_key (kid, algorithm, private_key, public_jwk) VALUES ($1, $2, $3, $4::jsonb)"


class PgSigningKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> list[SigningKey]:
        rows = await self._database.fetch(LOAD)
        return [
            SigningKey(
                kid=row["kid"],
                algorithm=row["algorithm"],
                private_key=row["private_key"],
                public_jwk=row["public_jwk"],
                retired=row["retired"],
            )
            for row in rows
        ]

    async def install(self, key: SigningKey) -> None:
        async with self._database.acquire() as connection, connection.transaction():
            await connection.execute(LOCK)
            if await connection.fetchval(ACTIVE) is None:
                await _add(connection, key)


class PgKeyRotation:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def replace(self, key: SigningKey) -> str | None:
        connection = self._uow.connection
        await connection.execute(LOCK)
        retired: str | None = await connection.fetchval(RETIRE)
        await _add(connection, key)
        return retired


async def _add(connection: Connection, key: SigningKey) -> None:
    await connection.execute(ADD, key.kid, key.algorithm, key.private_key, key.public_jwk)
