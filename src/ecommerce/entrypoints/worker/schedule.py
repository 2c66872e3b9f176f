"""What is done at set times: the one table of all schedules, in UTC."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from dishka import AsyncContainer

from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.worker.audit import publish_head
from ecommerce.entrypoints.worker.deliver import SYSTEM
from ecommerce.entrypoints.worker.housekeeping import forget_what_has_served
from ecommerce.entrypoints.worker.orders import expire_orders
from ecommerce.entrypoints.worker.payments import reconcile_payments, retry_refunds, retry_starts
from ecommerce.entrypoints.worker.privacy import resume_privacy

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scheduled:
    """`run` gets a fresh request scope. However many workers there are, it's called once each time.

    It may be called again after a crash, and late after Redis was away: make it safe to repeat.
    """

    cron: str
    run: Callable[[AsyncContainer], Awaitable[None]]
    timeout: float = 60.0

    @property
    def name(self) -> str:
        return f"{self.run.__module__.rpartition('.')[2]}.{self.run.__name__}"


SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("* * * * *", expire_orders),
    Scheduled("* * * * *", retry_starts),
    Scheduled("* * * * *", retry_refunds),
    Scheduled("*/5 * * * *", reconcile_payments, timeout=240.0),
    Scheduled("* * * * *", resume_privacy, timeout=240.0),
    Scheduled("*/5 * * * *", publish_head),
    Scheduled("17 * * * *", forget_what_has_served, timeout=600.0),
)


async def run_scheduled(container: AsyncContainer, entry: Scheduled) -> None:
    with structlog.contextvars.bound_contextvars(request_id=f"cron-{entry.name}"):
        async with container({Call: Call(actor=SYSTEM)}) as scope:
            await entry.run(scope)
