"""Upkeep of the kernel's tables."""

import structlog
from dishka import AsyncContainer

from ecommerce.application.shared.outgoing import Retention

log = structlog.get_logger()


async def forget_what_has_served(container: AsyncContainer) -> None:
    retention = await container.get(Retention)
    gone = await retention.sweep()
    if any(gone.values()):
        log.info("housekeeping.swept", **gone)
