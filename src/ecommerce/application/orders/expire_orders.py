"""End orders whose time to be paid is over, and give back what they held."""

from uuid import UUID

import structlog

from ecommerce.application.inventory.contracts import StockLedger
from ecommerce.application.orders.ports import OrderRepository
from ecommerce.application.pricing.contracts import PromotionLedger
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Ids, Outbox, UnitOfWork
from ecommerce.domain.orders.events import OrderExpired
from ecommerce.domain.orders.lifecycle import OrderStatus, move
from ecommerce.domain.shared.kernel import ConcurrentUpdate, Unavailable

BATCH = 500
log = structlog.get_logger()


class ExpireOrdersHandler:
    """Stock goes back on sale, promotions can be used again, and the lines go into the owner's cart, all in
    the transaction that ends the order.

    One transaction an order, which takes its locks in the sequence of placing: the cart, then promotions,
    then the stock. The intent at the provider is ended by a job that `OrderExpired` calls; money that comes
    all the same is given back.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        orders: OrderRepository,
        promotions: PromotionLedger,
        stock: StockLedger,
        outbox: Outbox,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._orders = orders
        self._promotions = promotions
        self._stock = stock
        self._outbox = outbox
        self._ids = ids

    async def __call__(self, actor: Actor) -> int:
        """Returns how many ended. Several may run at once. Raises `Unavailable`."""
        total = 0
        while True:
            async with self._uow.begin():
                overdue = await self._orders.overdue(BATCH)
            ended = sum([await self._safely_end(order_id, actor) for order_id in overdue])
            total += ended
            if ended < BATCH:
                return total

    async def _safely_end(self, order_id: UUID, actor: Actor) -> bool:
        """One that fails does not keep the others waiting: the next run tries it again."""
        try:
            return await self._end(order_id, actor)
        except Unavailable:
            raise
        except ConcurrentUpdate:  # its owner is busy with the cart
            return False
        except Exception:  # a bug met with one order must not hold up the stock of all others
            log.exception("orders.expire_failed", order_id=str(order_id))
            return False

    async def _end(self, order_id: UUID, actor: Actor) -> bool:
        async with self._uow.begin():
            order = await self._orders.lock_overdue(order_id)
            if order is None:
                return False
            status = move(OrderStatus(order.status), OrderStatus.EXPIRED)
            await self._orders.end(order, status, "not paid in time", actor.label)
            await self._orders.give_lines_back(order, self._ids.new())
            await self._promotions.release(order.id)
            await self._stock.release(order.id)
            await self._outbox.add([OrderExpired(order_id=order.id, number=order.number)])
        return True
