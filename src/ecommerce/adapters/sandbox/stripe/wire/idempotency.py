"""Stripe's idempotency keys: the first outcome is kept for a day and given again."""

import hashlib
from dataclasses import dataclass

from ecommerce.adapters.sandbox.state.clock import Clock
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

KEPT_SECONDS = 24 * 3600
KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Outcome:
    request_id: str
    status: int
    body: bytes


class Idempotency:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._running: set[str] = set()

    def begin(self, key: str, fingerprint: str) -> Outcome | None:
        """Give what is to be replayed, or claim the key until `end`.

        Raises `StripeError`: 409 while another call holds the key, 400 for other parameters.
        """
        if len(key) > KEY_LENGTH:
            raise refusal(f"Idempotency keys may have at most {KEY_LENGTH} characters.")
        if key in self._running:
            raise StripeError(
                "Another request with this Idempotency-Key is still being worked on.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
                began=False,
            )
        row = self._database.row(
            "SELECT fingerprint, request_id, status, body FROM idempotency WHERE key = ? AND at > ?",
            (key, self._clock.now() - KEPT_SECONDS),
        )
        if row is None:
            self._running.add(key)
            return None
        if row[0] != fingerprint:
            raise refusal(f"Idempotency-Key {key[:60]!r} was first used with other parameters.")
        return Outcome(row[1], row[2], bytes(row[3]))

    def keep(self, key: str, fingerprint: str, outcome: Outcome) -> None:
        """File the outcome, in the transaction that made it."""
        self._database.execute(
            "INSERT OR REPLACE INTO idempotency (key, fingerprint, request_id, status, body, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (key, fingerprint, outcome.request_id, outcome.status, outcome.body, self._clock.now()),
        )

    def end(self, key: str) -> None:
        self._running.discard(key)

    def forget_old(self) -> None:
        self._database.execute("DELETE FROM idempotency WHERE at <= ?", (self._clock.now() - KEPT_SECONDS,))


def fingerprint(path: str, body: bytes, *, has_secret_key: bool) -> str:
    """Of the caller too, so that a publishable key never gets an answer made for the secret one."""
    told = b"\n".join((b"secret" if has_secret_key else b"publishable", path.encode(), body))
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def refusal(message: str) -> StripeError:
    return StripeError(message, kind="idempotency_error", began=False)
