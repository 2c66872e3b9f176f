"""Mails as they arrived, kept to be looked at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from ecommerce.adapters.sandbox.state.database import Database

COLUMNS = ("id", "message_id", "to", "from", "subject", "text", "html", "at")


class Mailbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def store(self, sender: str, recipients: list[str], content: bytes) -> None:
        """File a mail; one that arrives twice is there twice, since tests count that."""
        message = message_from_bytes(content, policy=policy.default)
        if not isinstance(message, EmailMessage):  # the default policy makes no other kind
            raise TypeError("the parser's policy makes EmailMessage")
        self._database.execute(
            "INSERT INTO mail (message_id, recipients, sender, subject, text, html, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                header(message, "message-id"),
                ", ".join(recipients),
                header(message, "from") or sender,
                header(message, "subject") or "",
                part(message, "plain"),
                part(message, "html"),
                datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            ),
        )

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """Newest last; `to` picks those that one address received."""
        rows = self._database.rows(
            "SELECT id, message_id, recipients, sender, subject, text, html, at FROM mail"
            " WHERE ?1 IS NULL OR instr(', ' || lower(recipients) || ',', ', ' || lower(?1) || ',') > 0"
            " ORDER BY id",
            (to,),
        )
        return [dict(zip(COLUMNS, (str(row[0]), *row[1:]), strict=True)) for row in rows]

    def newest(self, limit: int) -> Sequence[dict[str, Any]]:
        """The last ones, newest first."""
        rows = self._database.rows(
            "SELECT id, message_id, recipients, sender, subject, text, html, at FROM mail"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [dict(zip(COLUMNS, (str(row[0]), *row[1:]), strict=True)) for row in rows]

    def clear(self) -> None:
        self._database.execute("DELETE FROM mail")


def header(message: EmailMessage, name: str) -> str | None:
    value = message[name]
    return None if value is None else printable(str(value))


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    if body is None:
        return ""
    try:
        content = body.get_content()
    except LookupError:  # a character set that doesn't exist
        payload = body.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return printable(content) if isinstance(content, str) else ""


def printable(text: str) -> str:
    """Undecodable bytes come as lone surrogates, which JSON can't carry."""
    return text.encode("utf-8", "replace").decode()
