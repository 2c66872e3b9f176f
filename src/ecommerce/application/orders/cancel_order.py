"""Cancel an order that nobody has begun to fulfil."""

from ecommerce.application.inventory.contracts import StockLedger
from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.orders.ports import OrderQueries, OrderRepository
from ecommerce.application.orders.show_order import reader
from ecommerce.application.pricing.contracts import PromotionLedger
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.domain.orders.events import OrderCancelled
from ecommerce.domain.orders.lifecycle import OrderStatus, move
from ecommerce.domain.shared.kernel import IllegalTransition


class CancelOrderHandler:
    """Gives stock and uses of promotions back at once; the money by a job that `OrderCancelled` calls.

    Cancelling twice is cancelling once. Raises `NotFound`, and `IllegalTransition` when it is too late.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        orders: OrderRepository,
        queries: OrderQueries,
        promotions: PromotionLedger,
        stock: StockLedger,
        outbox: Outbox,
    ) -> None:
        self._uow = uow
        self._orders = orders
        self._queries = queries
        self._promotions = promotions
        self._stock = stock
        self._outbox = outbox

    async def __call__(self, number: str, actor: Actor, order_token: str | None = None) -> OrderView:
        who = reader(actor, order_token, "orders:write")
        async with self._uow.begin():
            order = await self._orders.lock(number, who)
            if order.status != OrderStatus.CANCELLED:
                if order.fulfilment_status != "unfulfilled":
                    raise IllegalTransition("parts of this order are on their way; ask for a return instead")
                status = move(OrderStatus(order.status), OrderStatus.CANCELLED)
                await self._orders.end(order, status, None, actor.label)
                await self._promotions.release(order.id)
                await self._stock.release(order.id)
                await self._outbox.add([OrderCancelled(order_id=order.id, number=order.number)])
        return await self._queries.by_number(number, who)
