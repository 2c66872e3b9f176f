"""What orders do at set times."""

from dishka import AsyncContainer

from ecommerce.application.orders.expire_orders import ExpireOrdersHandler
from ecommerce.entrypoints.worker.deliver import SYSTEM


async def expire_orders(container: AsyncContainer) -> None:
    handler = await container.get(ExpireOrdersHandler)
    await handler(SYSTEM)
