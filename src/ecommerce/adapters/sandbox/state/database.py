"""The SQLite file that holds all of the sandbox's state.

Every request reads and writes it directly, so nothing is lost by a kill at any moment and nothing
has to be loaded at start. All use is synchronous and on one thread: a transaction is never
interleaved with another request, which is what makes the sandbox's rules safe without locks.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS object_by_kind ON object (kind, seq);
CREATE TABLE IF NOT EXISTS label (
    kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (kind, name, value, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS label_by_object ON label (seq);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, request_id TEXT NOT NULL, status INTEGER NOT NULL,
    body BLOB NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_by_age ON idempotency (at);
CREATE TABLE IF NOT EXISTS due (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, task TEXT NOT NULL, object_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS due_by_time ON due (at);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, endpoint_id TEXT NOT NULL,
    state TEXT NOT NULL, next_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    passes INTEGER NOT NULL DEFAULT 0, outcome TEXT);
CREATE INDEX IF NOT EXISTS delivery_by_state ON delivery (state, next_at, id);
CREATE INDEX IF NOT EXISTS delivery_by_event ON delivery (event_id);
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT, recipients TEXT NOT NULL, sender TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
"""
TABLES = ("setting", "object", "label", "idempotency", "due", "delivery", "mail", "sms")


class Database:
    """Raises `OSError` when the file is another's."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        path = data_dir / "sandbox.sqlite3"
        # It holds client secrets and webhook secrets.
        path.touch(mode=0o600)
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise OSError(f"{path} can't be opened, maybe another sandbox uses it: {error}") from error

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA busy_timeout = 3000")
        # One sandbox a file: without other readers, SQLite needs no lock or shared memory each time.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
        self._connection.execute("PRAGMA cache_size = -16000")
        # A commit survives the death of the process; only a power cut may lose the last ones.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit when the block ends cleanly, roll back when it raises. The block must not await."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        return self._connection.execute(statement, values).fetchone()

    def setting(self, name: str) -> str | None:
        row = self.row("SELECT value FROM setting WHERE name = ?", (name,))
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        self.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))

    def wipe(self) -> None:
        for table in TABLES:
            self.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the constant above)

    def close(self) -> None:
        self._connection.close()
