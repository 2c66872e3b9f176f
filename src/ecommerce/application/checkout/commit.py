"""The one transaction of placing: all of the order, and its stock, or nothing."""

from ecommerce.application.cart.contracts import CheckoutCart
from ecommerce.application.checkout.command import CheckoutRules
from ecommerce.application.checkout.ports import OrderPlacer
from ecommerce.application.checkout.prepare import CartAllocation, Prepared
from ecommerce.application.inventory.contracts import StockLedger
from ecommerce.application.pricing.contracts import PromotionLedger
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.checkout.refusals import TooManyUnpaidOrders
from ecommerce.domain.shared.kernel import ConcurrentUpdate


class OrderCommitter:
    def __init__(
        self,
        uow: UnitOfWork,
        placer: OrderPlacer,
        promotions: PromotionLedger,
        stock: StockLedger,
        allocation: CartAllocation,
        rules: CheckoutRules,
    ) -> None:
        self._uow = uow
        self._placer = placer
        self._promotions = promotions
        self._stock = stock
        self._allocation = allocation
        self._max_unpaid = rules.max_unpaid_orders

    async def __call__(self, prepared: Prepared, cart: CheckoutCart, *, locked: bool) -> None:
        """Raises `ConcurrentUpdate` when cart, promotions or stock moved since they were read,
        `TooManyUnpaidOrders`, and `CouponExhausted` when others had the last use of a code.

        With `locked` the stock is locked and planned anew, so that `InsufficientStock` is the final answer.
        """
        order, holds = prepared.order, prepared.holds
        async with self._uow.begin():
            if self._uow.resumed:
                raise ConcurrentUpdate("an earlier attempt with this key has placed it")
            placing = await self._placer.place(order, self._max_unpaid)
            if not placing.placed:
                if placing.unpaid >= self._max_unpaid:
                    raise TooManyUnpaidOrders(f"pay or cancel one of your {placing.unpaid} unpaid orders")
                raise ConcurrentUpdate("the cart was changed or placed meanwhile")
            if prepared.claims:
                await self._promotions.claim(order.id, order.currency, prepared.claims, order.customer_keys)
            if locked and holds:
                stock = await self._stock.lock(sorted({hold.variant_id for hold in holds}))
                holds = self._allocation.plan(cart, stock)
            if not await self._stock.reserve(order.id, holds, order.unpaid_for):
                raise ConcurrentUpdate("the stock moved meanwhile")
