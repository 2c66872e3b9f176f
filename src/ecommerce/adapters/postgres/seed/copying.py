"""COPY for tables with JSON columns: asyncpg copies those as text only, so they take a step in between."""

from collections.abc import Sequence

from ecommerce.adapters.postgres.database import Connection

Rows = Sequence[tuple[object, ...]]


async def copy(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    await connection.copy_records_to_table(table, columns=columns, records=rows)


async def copy_with_json(
    connection: Connection, table: str, columns: Sequence[str], json: Sequence[str], rows: Rows
) -> None:
    """Inside a transaction."""
    names = ", ".join(columns)
    as_text = ", ".join(f"{name}::text" if name in json else name for name in columns)
    as_json = ", ".join(f"{name}::jsonb" if name in json else name for name in columns)
    await connection.execute(
        f"CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {as_text} FROM {table} WITH NO DATA"
    )
    await copy(connection, "staged", columns, rows)
    await connection.execute(f"INSERT INTO {table} ({names}) SELECT {as_json} FROM staged")
    await connection.execute("DROP TABLE staged")
