"""Staff look through the orders."""

from ecommerce.application.orders.ports import OrderQueries, OrderRow
from ecommerce.application.shared.actor import Actor


class ListOrdersHandler:
    def __init__(self, orders: OrderQueries) -> None:
        self._orders = orders

    async def __call__(self, actor: Actor, status: str | None, limit: int) -> list[OrderRow]:
        """The newest orders, at most `limit`, all or those with one `status`."""
        actor.require("orders:read")
        return await self._orders.newest(status, limit)
