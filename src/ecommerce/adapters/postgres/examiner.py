"""Runs the invariants in one read-only snapshot."""

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.invariants import INVARIANTS
from ecommerce.application.shared.care import Verdict

LOOKED_AT = 100
SHOWN = 3


class PgInvariants:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self) -> list[Verdict]:
        verdicts = []
        async with (
            self._database.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            # Scans of whole tables: longer than a request may take.
            await connection.execute("SET LOCAL statement_timeout = '60s'")
            for invariant in INVARIANTS:
                rows = await connection.fetch(
                    f"SELECT * FROM ({invariant.sql}) found LIMIT {LOOKED_AT}", timeout=70
                )
                examples = [
                    ", ".join(f"{name} {value}" for name, value in row.items()) for row in rows[:SHOWN]
                ]
                verdicts.append(Verdict(invariant.area, invariant.name, len(rows), examples))
        return verdicts
