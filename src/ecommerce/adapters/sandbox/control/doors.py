"""`/_control`: faults, clock, state, reset."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from ecommerce.adapters.sandbox.faults import Faults, InvalidFault
from ecommerce.adapters.sandbox.state.clock import Clock
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.state.objects import Objects
from ecommerce.adapters.sandbox.web.doors import Door, Refused, read_json
from ecommerce.adapters.sandbox.web.messages import Request, Response, json_response
from ecommerce.adapters.sandbox.webhooks.outbox import Outbox

LONGEST_ADVANCE = 10 * 366 * 86400


class AdvanceBody(msgspec.Struct, forbid_unknown_fields=True):
    advance_seconds: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_ADVANCE)]


class ControlDoors:
    """`time_moved` is called after the clock was advanced, `wiped` after everything was forgotten."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        faults: Faults,
        outbox: Outbox,
        *,
        time_moved: Callable[[], None],
        wiped: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._faults = faults
        self._outbox = outbox
        self._time_moved = time_moved
        self._wiped = wiped

    def doors(self) -> list[Door]:
        return [
            Door("GET", "/_control/state", self.state),
            Door("GET", "/_control/faults", self.faults),
            Door("POST", "/_control/faults", self.add_faults, guarded=True),
            Door("DELETE", "/_control/faults", self.heal, guarded=True),
            Door("GET", "/_control/clock", self.clock),
            Door("POST", "/_control/clock", self.advance, guarded=True),
            Door("POST", "/_control/reset", self.reset, guarded=True),
        ]

    def state(self, request: Request, values: dict[str, str]) -> Response:
        return json_response(self.overview())

    def overview(self) -> dict[str, Any]:
        counts = Objects(self._database).counts()
        for table in ("mail", "sms"):
            counts[table] = self._database.row(f"SELECT count(*) FROM {table}")[0]  # noqa: S608 (a constant)
        return {
            "counts": counts,
            "clock": self._clock_shown(),
            "faults": self._faults.shown(),
            "deliveries": {"due": 0, "withheld": 0, "waiting": 0, "failed": 0, "delivered": 0}
            | self._outbox.counts(),
        }

    def faults(self, request: Request, values: dict[str, str]) -> Response:
        return json_response(self._faults.shown())

    def add_faults(self, request: Request, values: dict[str, str]) -> Response:
        try:
            self._faults.add(request.body)
        except InvalidFault as error:
            raise Refused(str(error)) from error
        return json_response(self._faults.shown())

    def heal(self, request: Request, values: dict[str, str]) -> Response:
        """End all faults; what they held back is sent, and retries don't wait for their turn."""
        with self._database.transaction():
            self._faults.clear()
            self._outbox.release()
            self._outbox.hurry()
        self._time_moved()
        return json_response(self._faults.shown())

    def clock(self, request: Request, values: dict[str, str]) -> Response:
        return json_response(self._clock_shown())

    def advance(self, request: Request, values: dict[str, str]) -> Response:
        body = read_json(request, AdvanceBody)
        if self._clock.offset + body.advance_seconds > LONGEST_ADVANCE:
            raise Refused("The clock is ten years ahead already.")
        self._clock.advance(body.advance_seconds)
        self._time_moved()
        return json_response(self._clock_shown())

    def _clock_shown(self) -> dict[str, Any]:
        now = self._clock.now()
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"now": at, "unix": int(now), "offset_seconds": self._clock.offset}

    def reset(self, request: Request, values: dict[str, str]) -> Response:
        with self._database.transaction():
            self._database.wipe()
        self._wiped()
        return json_response(self.overview())
