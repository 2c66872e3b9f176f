"""Does what the passing of the sandbox's time brings about."""

import asyncio
from collections.abc import Callable

import structlog

from ecommerce.adapters.sandbox.state.clock import Clock
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.stripe.books import Books, Origin
from ecommerce.adapters.sandbox.stripe.calls.confirming import expire_authorisation
from ecommerce.adapters.sandbox.stripe.calls.debiting import settle_debit
from ecommerce.adapters.sandbox.stripe.calls.refunds import fail_refund, settle_pending
from ecommerce.adapters.sandbox.stripe.wire.idempotency import Idempotency

log = structlog.get_logger()

TICK_SECONDS = 0.5
TICKS_TO_CLEAN = 7200

TASKS: dict[str, Callable[[Books, str], None]] = {
    "expire_authorisation": expire_authorisation,
    "settle_debit": settle_debit,
    "fail_refund": fail_refund,
    "settle_refund": settle_pending,
}


class Timekeeper:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        books: Books,
        idempotency: Idempotency,
        committed: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._books = books
        self._idempotency = idempotency
        self._committed = committed

    async def run(self) -> None:
        tick = 0
        while True:
            self.catch_up()
            if tick % TICKS_TO_CLEAN == 0:
                self._idempotency.forget_old()
            tick += 1
            await asyncio.sleep(TICK_SECONDS)

    def catch_up(self) -> None:
        """Do all that is due, each in its own transaction, the earliest first."""
        while True:
            row = self._database.row(
                "SELECT id, task, object_id FROM due WHERE at <= ? ORDER BY at, id LIMIT 1",
                (self._clock.now(),),
            )
            if row is None:
                return
            self._do(*row)
            self._committed()

    def _do(self, due_id: int, task: str, object_id: str) -> None:
        self._books.origin = Origin()
        try:
            with self._database.transaction():
                TASKS[task](self._books, object_id)
                self._database.execute("DELETE FROM due WHERE id = ?", (due_id,))
        except Exception:
            # Left in place it would end the sandbox at every start.
            log.exception("sandbox.due_task_failed", task=task, object_id=object_id)
            self._database.execute("DELETE FROM due WHERE id = ?", (due_id,))
