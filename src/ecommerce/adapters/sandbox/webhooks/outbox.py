"""Events that wait to be delivered, and what became of each."""

import time
from dataclasses import dataclass

from ecommerce.adapters.sandbox.faults import Faults
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.webhooks.endpoints import Endpoints

# Quick at first, so that a restarted receiver hears of everything soon; three days in all.
RETRY_SECONDS = (1, 2, 5, 15, 60, 300, 900, 3600, 7200, *(14400,) * 18)
# An event held back behind the next one is sent anyway when nothing comes after it.
REORDER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    id: int
    event_id: str
    endpoint_id: str
    attempts: int


class Outbox:
    """Times are the real clock's: only Stripe's own time can be moved, not the network's."""

    def __init__(self, database: Database, endpoints: Endpoints, faults: Faults) -> None:
        self._database = database
        self._endpoints = endpoints
        self._faults = faults

    def audience(self, kind: str) -> list[str]:
        return self._endpoints.wanting(kind)

    def file(self, event_id: str, kind: str, endpoints: list[str]) -> None:
        if not endpoints:
            return
        faults = self._faults.for_event(kind)
        state, next_at = "due", time.time() + faults.delay
        if faults.withhold:
            state = "withheld"
        elif faults.passes:
            state, next_at = "waiting", next_at + REORDER_SECONDS
        for endpoint_id in endpoints:
            for _ in range(1 + faults.copies):
                self._database.execute(
                    "INSERT INTO delivery (event_id, endpoint_id, state, next_at, passes)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (event_id, endpoint_id, state, next_at, faults.passes),
                )

    def resend(self, event_id: str) -> int:
        """Queue an event once more for every endpoint, whatever faults there are."""
        endpoints = self._endpoints.all()
        for endpoint in endpoints:
            self._database.execute(
                "INSERT INTO delivery (event_id, endpoint_id, state, next_at) VALUES (?, ?, 'due', ?)",
                (event_id, endpoint.id, time.time()),
            )
        return len(endpoints)

    def due(self, limit: int) -> list[Delivery]:
        rows = self._database.rows(
            "SELECT id, event_id, endpoint_id, attempts FROM delivery"
            " WHERE state IN ('due', 'waiting') AND next_at <= ? ORDER BY next_at, id LIMIT ?",
            (time.time(), limit),
        )
        return [Delivery(*row) for row in rows]

    def next_at(self) -> float | None:
        row = self._database.row("SELECT min(next_at) FROM delivery WHERE state IN ('due', 'waiting')")
        return None if row[0] is None else float(row[0])

    def delivered(self, delivery: Delivery, outcome: str) -> None:
        with self._database.transaction():
            self._database.execute(
                "UPDATE delivery SET state = 'delivered', attempts = attempts + 1, outcome = ? WHERE id = ?",
                (outcome, delivery.id),
            )
            self._let_pass(delivery)
            self._catch_up(delivery.endpoint_id)

    def _catch_up(self, endpoint_id: str) -> None:
        """What found nobody there, or somebody unready, is tried at once now that one got through."""
        self._database.execute(
            "UPDATE delivery SET next_at = ?1 WHERE state = 'due' AND next_at > ?1 AND endpoint_id = ?2"
            " AND attempts > 0 AND (outcome = '503' OR outcome NOT GLOB '[0-9]*')",
            (time.time(), endpoint_id),
        )

    def _let_pass(self, delivery: Delivery) -> None:
        """Count down for those who wait for younger deliveries, and free them at none."""
        self._database.execute(
            "UPDATE delivery SET passes = passes - 1, state = iif(passes <= 1, 'due', state),"
            " next_at = iif(passes <= 1, ?, next_at) WHERE state = 'waiting' AND endpoint_id = ? AND id < ?",
            (time.time(), delivery.endpoint_id, delivery.id),
        )

    def failed(self, delivery: Delivery, outcome: str) -> None:
        attempts = delivery.attempts
        state = "due" if attempts < len(RETRY_SECONDS) else "failed"
        wait = RETRY_SECONDS[min(attempts, len(RETRY_SECONDS) - 1)]
        self._database.execute(
            "UPDATE delivery SET state = ?, attempts = attempts + 1, next_at = ?, outcome = ? WHERE id = ?",
            (state, time.time() + wait, outcome, delivery.id),
        )

    def forget(self, endpoint_id: str) -> None:
        """Give up what an endpoint that is gone hasn't taken."""
        self._database.execute(
            "UPDATE delivery SET state = 'failed', outcome = 'endpoint removed'"
            " WHERE endpoint_id = ? AND state IN ('due', 'waiting', 'withheld')",
            (endpoint_id,),
        )

    def release(self) -> None:
        """Send all that faults held back."""
        self._database.execute(
            "UPDATE delivery SET state = 'due', next_at = ? WHERE state IN ('withheld', 'waiting')",
            (time.time(),),
        )

    def hurry(self) -> None:
        """Try everything that waits for a retry now."""
        self._database.execute("UPDATE delivery SET next_at = ? WHERE state = 'due'", (time.time(),))

    def counts(self) -> dict[str, int]:
        return dict(self._database.rows("SELECT state, count(*) FROM delivery GROUP BY state"))

    def fate(self, event_id: str) -> list[dict[str, str | int | None]]:
        rows = self._database.rows(
            "SELECT endpoint_id, state, attempts, outcome FROM delivery WHERE event_id = ? ORDER BY id",
            (event_id,),
        )
        return [dict(zip(("endpoint", "state", "attempts", "outcome"), row, strict=True)) for row in rows]
