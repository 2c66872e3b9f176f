"""Two cheap questions to the database, so that a second start is quick."""

import ast
from dataclasses import dataclass
from pathlib import Path

import asyncpg


@dataclass(frozen=True, slots=True)
class Found:
    current: bool
    empty: bool


async def look(url: str, migrations: Path) -> Found:
    """Whether every migration has run, and whether there are no products."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        version = await _fetch(connection, "alembic_version", "SELECT version_num FROM alembic_version")
        product = await _fetch(connection, "product", "SELECT 1 FROM product LIMIT 1")
    finally:
        await connection.close()
    return Found(current=version == heads(migrations), empty=not product)


def heads(migrations: Path) -> set[str]:
    """The migrations that no other follows. Alembic knows too, but takes a second to import."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in migrations.glob("*.py"):
        for statement in ast.parse(file.read_text()).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    pass
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    pass
                case _:
                    continue
            if name == "revision":
                revisions.add(ast.literal_eval(value))
            elif name == "down_revision":
                before = ast.literal_eval(value)
                followed.update([before] if isinstance(before, str) else before or ())
    return revisions - followed


async def _fetch(connection: "asyncpg.Connection[asyncpg.Record]", table: str, query: str) -> set[object]:
    """What the query finds; nothing where its table is not made yet."""
    if await connection.fetchval("SELECT to_regclass($1)::text", table) is None:
        return set()
    return {row[0] for row in await connection.fetch(query)}
