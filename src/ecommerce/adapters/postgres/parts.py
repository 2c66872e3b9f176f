"""Parts of long lists in one statement: the count of all, and one row more than is shown."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.shared.listing import Part, Place
from ecommerce.application.shared.records import COUNTED

T = TypeVar("T")

# `$1` is the size, `$2` the offset; the keys of the place follow, then what the condition asks for.
PART = """
SELECT {columns}, counted.n AS counted, shown.there
FROM (SELECT count(*) AS n FROM (SELECT FROM {table} WHERE {where} LIMIT {most}) counting) counted
LEFT JOIN LATERAL (
  SELECT *, true AS there FROM {table} WHERE {where} {beyond} ORDER BY {order} LIMIT $1 OFFSET $2
) shown ON true
"""


async def newest_first(
    database: Database,
    table: str,
    columns: str,
    keys: Sequence[tuple[str, str]],
    size: int,
    offset: int,
    place: Place | None,
    conditions: Sequence[tuple[str, Any]],
    read: Callable[[asyncpg.Record], T],
) -> Part[T]:
    """`keys` are columns with their types, not null and unique together; the greatest comes first.

    A condition is SQL with `{}` for its value.
    """
    backwards = place is not None and place.backwards
    arguments: list[Any] = [size + 1, offset]
    beyond = ""
    if place is not None:
        marks = []
        for (_, kind), key in zip(keys, place.keys, strict=True):
            arguments.append(key)
            marks.append(f"${len(arguments)}::text::{kind}")
        names = ", ".join(name for name, _ in keys)
        beyond = f"AND ({names}) {'>' if backwards else '<'} ({', '.join(marks)})"
    where = ["true"]
    for condition, value in conditions:
        arguments.append(value)
        where.append(condition.format(f"${len(arguments)}"))
    way = "ASC" if backwards else "DESC"
    sql = PART.format(
        table=table,
        columns=columns,
        where=" AND ".join(where),
        most=COUNTED + 1,
        beyond=beyond,
        order=", ".join(f"{name} {way}" for name, _ in keys),
    )
    rows = await database.fetch(sql, *arguments)
    found = [read(row) for row in rows if row["there"]]
    shown, more = found[:size], len(found) > size
    if backwards:
        return Part(shown[::-1], rows[0]["counted"], before=more, after=True)
    return Part(shown, rows[0]["counted"], before=place is not None or offset > 0, after=more)
