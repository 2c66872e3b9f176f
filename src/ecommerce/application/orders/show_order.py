"""Show an order to its buyer."""

from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.orders.ports import OrderQueries, Reader
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.tokens import token_hash


def reader(actor: Actor, order_token: str | None, permission: str = "orders:read") -> Reader:
    """Whose orders a caller sees: their own, or the one their token opens. A signed-in caller needs none.

    With the permission, all of them.
    """
    return Reader(
        account_id=actor.account_id,
        token_hash=token_hash(order_token) if order_token else None,
        sees_all=actor.is_system or permission in actor.permissions,
    )


class ShowOrderHandler:
    """Raises `NotFound` for an order that is absent or not the caller's."""

    def __init__(self, orders: OrderQueries) -> None:
        self._orders = orders

    async def __call__(self, number: str, actor: Actor, order_token: str | None) -> OrderView:
        return await self._orders.by_number(number, reader(actor, order_token))
