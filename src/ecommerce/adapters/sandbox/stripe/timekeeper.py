"""Does what the passing of the sandbox's time brings about."""

import asyncio
from collections.abc import Callable

from ecommerce.adapters.sandbox.state.clock import Clock
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.stripe.books import Books, Origin
from ecommerce.adapters.sandbox.stripe.calls.confirming import expire_authorisation
from ecommerce.adapters.sandbox.stripe.calls.debiting import settle_debit
from ecommerce.adapters.sandbox.stripe.calls.refunds import fail_refund, settle_pending
from ecommerce.adapters.sandbox.stripe.wire.idempotency import Idempotency

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
            self._books.origin = Origin()
            with self._database.transaction():
                TASKS[row[1]](self._books, row[2])
                self._database.execute("DELETE FROM due WHERE id = ?", (row[0],))
            self._committed()
