"""End orders whose time to be paid is over, and give back what they held."""

from ecommerce.application.inventory.contracts import StockLedger
from ecommerce.application.orders.ports import OrderRepository
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Ids, Outbox, UnitOfWork
from ecommerce.domain.orders.events import OrderExpired
from ecommerce.domain.orders.lifecycle import OrderStatus, move
from ecommerce.domain.shared.kernel import ConcurrentUpdate

BATCH = 20


class ExpireOrdersHandler:
    """Stock goes back on sale and the lines into the owner's cart, in the transaction that ends the order.

    The intent at the provider is ended by a job that `OrderExpired` calls; money that comes all the same
    is given back.
    """

    def __init__(
        self, uow: UnitOfWork, orders: OrderRepository, stock: StockLedger, outbox: Outbox, ids: Ids
    ) -> None:
        self._uow = uow
        self._orders = orders
        self._stock = stock
        self._outbox = outbox
        self._ids = ids

    async def __call__(self, actor: Actor) -> int:
        """Returns how many ended. Several may run at once: each takes orders the others have not."""
        ended = 0
        while True:
            try:
                count = await self._batch(actor)
            except ConcurrentUpdate:
                return ended  # a buyer is busy with that cart; the next run takes it
            ended += count
            if count < BATCH:
                return ended

    async def _batch(self, actor: Actor) -> int:
        async with self._uow.begin():
            overdue = await self._orders.lock_overdue(BATCH)
            for order in overdue:
                status = move(OrderStatus(order.status), OrderStatus.EXPIRED)
                await self._orders.end(order, status, "not paid in time", actor.label)
                await self._stock.release(order.id)
                await self._orders.give_lines_back(order, self._ids.new())
            await self._outbox.add(
                [OrderExpired(order_id=order.id, number=order.number) for order in overdue]
            )
        return len(overdue)
