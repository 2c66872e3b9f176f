"""Reads a whole database, as somebody would who has a copy of it and the shop's secret key."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import asyncpg

from ecommerce.adapters.jwt import keys
from ecommerce.adapters.postgres import idempotency as answers
from ecommerce.adapters.system.cipher import AesCipher
from ecommerce.application.identity import second_factor
from ecommerce.application.payments import start_payment
from ecommerce.application.privacy import archives, subjects

# Every purpose that something is encrypted for. What opens with none of them is looked at as it is.
PURPOSES = (
    answers.PURPOSE,
    start_payment.PURPOSE,
    archives.PURPOSE,
    subjects.PURPOSE,
    keys.PURPOSE,
    second_factor.PURPOSE,
)
COLUMNS = """
SELECT c.relname AS table, a.attname AS column, t.typname AS type
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'm', 'f')
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, a.attnum
"""
# What can't hold a word of anybody's.
WORDLESS = set(
    "bool int2 int4 int8 float4 float8 numeric uuid timestamptz timestamp date time interval oid".split()
)


@dataclass(frozen=True)
class Column:
    table: str
    name: str
    type: str

    @property
    def can_hold_text(self) -> bool:
        return self.type.removeprefix("_") not in WORDLESS

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


async def columns(connection: asyncpg.Connection) -> list[Column]:
    return [Column(*row) for row in await connection.fetch(COLUMNS)]


async def where_is(
    connection: asyncpg.Connection, needles: Iterable[bytes], secret_key: str
) -> dict[str, set[str]]:
    """By needle, the columns it is in: as text in any case, as bytes, decrypted, or decompressed."""
    wanted = {needle.lower(): needle for needle in needles}
    found: dict[str, set[str]] = {}
    for column in await columns(connection):
        if not column.can_hold_text:
            continue
        selected = f'SELECT "{column.name}" AS value FROM "{column.table}"'
        for row in await connection.fetch(selected):
            for form in _forms(row["value"], AesCipher(secret_key)):
                for lower, needle in wanted.items():
                    if lower in form.lower():
                        found.setdefault(needle.decode(errors="replace"), set()).add(str(column))
    return found


def _forms(value: object, cipher: AesCipher) -> Iterator[bytes]:
    if value is None:
        return
    if isinstance(value, list | tuple):
        for each in value:
            yield from _forms(each, cipher)
    elif isinstance(value, bytes):
        yield value
        for purpose in PURPOSES:
            try:
                plain = cipher.decrypt(value, purpose)
            except ValueError:
                continue
            yield from _opened(plain)
        yield from _opened(value)
    else:
        text = str(value)
        yield text.encode()
        if "\\u" in text:  # JSON may write any letter as a number
            yield text.encode().decode("unicode_escape").encode(errors="replace")


def _opened(plain: bytes) -> Iterator[bytes]:
    yield plain
    if zipfile.is_zipfile(io.BytesIO(plain)):
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
        return
    try:
        yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(plain)
    except zlib.error:
        return
