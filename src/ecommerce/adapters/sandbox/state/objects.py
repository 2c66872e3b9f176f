"""Stripe's objects, stored as JSON by id and listed newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import msgspec

from ecommerce.adapters.sandbox.state.database import Database

StripeObject: TypeAlias = dict[str, Any]
Shape = TypeVar("Shape")

# What an object can be listed by, beside its kind and age.
LABELS: Mapping[str, tuple[str, ...]] = {
    "payment_intent": ("customer",),
    "setup_intent": ("customer", "payment_method"),
    "charge": ("customer", "payment_intent"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "balance_transaction": ("source", "type", "currency"),
    "payment_method": ("customer", "type"),
    "customer": ("email",),
    "event": ("type",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which stretch of a list is wanted. `where` gives several values of one label as alternatives."""

    limit: int
    where: Mapping[str, tuple[str, ...]]
    created_from: int | None = None
    created_to: int | None = None
    after: int | None = None
    before: int | None = None


class Objects:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, object_id: str) -> StripeObject | None:
        row = self._database.row("SELECT body FROM object WHERE id = ?", (object_id,))
        return None if row is None else decode(row[0])

    def raw(self, object_id: str) -> bytes | None:
        row = self._database.row("SELECT body FROM object WHERE id = ?", (object_id,))
        return None if row is None else bytes(row[0])

    def sequence(self, kind: str, object_id: str) -> int | None:
        row = self._database.row("SELECT seq FROM object WHERE id = ? AND kind = ?", (object_id, kind))
        return None if row is None else int(row[0])

    def insert(self, thing: StripeObject) -> None:
        kind = thing["object"]
        cursor = self._database.execute(
            "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)",
            (thing["id"], kind, thing.get("created", 0), msgspec.json.encode(thing)),
        )
        for name in LABELS.get(kind, ()):
            self._label(kind, name, thing.get(name), cursor.lastrowid)

    def update(self, thing: StripeObject) -> None:
        kind, body = thing["object"], msgspec.json.encode(thing)
        row = self._database.row("UPDATE object SET body = ? WHERE id = ? RETURNING seq", (body, thing["id"]))
        for name in LABELS.get(kind, ()):
            if name in ("customer", "email", "payment_method"):  # the others never change
                self._database.execute(
                    "DELETE FROM label WHERE seq = ? AND +name = ? AND +value <> ?",
                    (row[0], name, thing.get(name) or ""),
                )
                self._label(kind, name, thing.get(name), row[0])

    def delete(self, object_id: str) -> None:
        self._database.execute(
            "DELETE FROM label WHERE seq = (SELECT seq FROM object WHERE id = ?)", (object_id,)
        )
        self._database.execute("DELETE FROM object WHERE id = ?", (object_id,))

    def withdraw(self, thing: StripeObject) -> None:
        """Keep a deleted object's remains to be retrieved by id, and out of every list."""
        self._database.execute(
            "UPDATE object SET body = ?, kind = 'deleted ' || kind WHERE id = ?",
            (msgspec.json.encode(thing), thing["id"]),
        )

    def _label(self, kind: str, name: str, value: str | None, seq: int | None) -> None:
        if value:
            self._database.execute(
                "INSERT OR IGNORE INTO label (kind, name, value, seq) VALUES (?, ?, ?, ?)",
                (kind, name, value, seq),
            )

    def page(self, kind: str, page: Page) -> list[StripeObject]:
        """Newest first; one more than the limit where there is more. `before` counts from the old end."""
        tables, conditions, values = ["object o"], ["o.kind = ?"], [kind]
        for number, (name, wanted) in enumerate(page.where.items()):
            marks = ", ".join("?" * len(wanted))
            tables.append(f"JOIN label l{number} ON l{number}.seq = o.seq")
            conditions.append(f"l{number}.kind = ? AND l{number}.name = ? AND l{number}.value IN ({marks})")
            values += [kind, name, *wanted]
        bounds = (("o.created >= ?", page.created_from), ("o.created <= ?", page.created_to))
        cursors = (("o.seq < ?", page.after), ("o.seq > ?", page.before))
        for condition, bound in bounds + cursors:
            if bound is not None:
                conditions.append(condition)
                values.append(bound)  # type: ignore[arg-type]  # SQLite takes both kinds
        direction = "ASC" if page.before is not None else "DESC"
        rows = self._database.rows(
            f"SELECT o.body FROM {' '.join(tables)} WHERE {' AND '.join(conditions)} "  # noqa: S608
            f"ORDER BY o.seq {direction} LIMIT ?",
            (*values, page.limit + 1),
        )
        return [decode(row[0]) for row in rows]

    def values(self, kind: str, name: str) -> list[str]:
        """All values of a label that occur, found by skipping from one to the next."""
        rows = self._database.rows(
            "WITH RECURSIVE seen (value) AS ("
            " SELECT min(value) FROM label WHERE kind = ?1 AND name = ?2 UNION ALL"
            " SELECT (SELECT min(value) FROM label WHERE kind = ?1 AND name = ?2 AND value > seen.value)"
            " FROM seen WHERE seen.value IS NOT NULL)"
            " SELECT value FROM seen WHERE value IS NOT NULL",
            (kind, name),
        )
        return [row[0] for row in rows]

    def each(self, kind: str) -> list[StripeObject]:
        rows = self._database.rows("SELECT body FROM object WHERE kind = ? ORDER BY seq", (kind,))
        return [decode(row[0]) for row in rows]

    def each_as(self, kind: str, shape: type[Shape]) -> Iterator[Shape]:
        """All of a kind, oldest first, by the fields of a struct."""
        decoder = msgspec.json.Decoder(shape)
        rows = self._database.execute("SELECT body FROM object WHERE kind = ? ORDER BY seq", (kind,))
        return (decoder.decode(row[0]) for row in rows)

    def counts(self) -> dict[str, int]:
        return dict(self._database.rows("SELECT kind, count(*) FROM object GROUP BY kind ORDER BY kind"))


def decode(body: bytes) -> StripeObject:
    thing: StripeObject = msgspec.json.decode(body)
    return thing
