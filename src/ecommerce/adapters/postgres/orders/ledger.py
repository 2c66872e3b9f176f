"""How payments move an order: row-locked, idempotent, with history and events."""

from uuid import UUID

import asyncpg

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.inventory.contracts import StockLedger
from ecommerce.application.orders.contracts import OrderStanding, PaidLine, PaymentAxis
from ecommerce.application.shared.ports import Outbox
from ecommerce.domain.orders.events import OrderConfirmed, OrderEvent, OrderPaid, OrderRefunded
from ecommerce.domain.orders.lifecycle import OrderStatus
from ecommerce.domain.shared.kernel import NotFound

_STANDING = (
    "id, number, status, payment_status, payment_method, currency, total, refunded"
    " FROM sales_order WHERE {column} = $1 FOR UPDATE"
)
LOCK = "SELECT " + _STANDING.format(column="id")
LOCK_BY_NUMBER = "SELECT " + _STANDING.format(column="number")

LINES = """
SELECT l.id, l.sku, l.quantity, l.line_total + CASE WHEN o.tax_included THEN 0 ELSE l.tax END AS paid
FROM order_line l JOIN sales_order o ON o.id = l.order_id
WHERE o.id = $1 ORDER BY l.position
"""
VARIANTS = (
    "SELECT id, variant_id FROM order_line WHERE order_id = $1 AND id = ANY($2::uuid[]) ORDER BY variant_id"
)

MOVE_PAYMENT = """
WITH moved AS (
  UPDATE sales_order SET payment_status = $2, updated_at = now(), refunded = refunded + $5
  WHERE id = $1 RETURNING id
)
INSERT INTO order_history (order_id, axis, status, note, actor) SELECT id, 'payment', $2, $3, $4 FROM moved
"""
CONFIRM = """
WITH confirmed AS (
  UPDATE sales_order SET status = 'confirmed', updated_at = now()
  WHERE id = $1 AND status = 'pending' RETURNING id
)
INSERT INTO order_history (order_id, axis, status, actor) SELECT id, 'order', 'confirmed', $2 FROM confirmed
RETURNING true
"""
COVERED: frozenset[PaymentAxis] = frozenset({"authorized", "paid"})
# From here `paid` is news; after a dispute that was won it is not.
NOT_PAID_BEFORE = frozenset({"unpaid", "pending", "authorized", "partially_paid", "failed"})


class PgOrderLedger:
    def __init__(self, uow: PgUnitOfWork, outbox: Outbox, stock: StockLedger) -> None:
        self._uow = uow
        self._outbox = outbox
        self._stock = stock

    async def lock(self, order_id: UUID) -> OrderStanding:
        return _standing(await self._uow.connection.fetchrow(LOCK, order_id))

    async def lock_by_number(self, number: str) -> OrderStanding:
        return _standing(await self._uow.connection.fetchrow(LOCK_BY_NUMBER, number))

    async def lines(self, order_id: UUID) -> list[PaidLine]:
        return [PaidLine(*row) for row in await self._uow.connection.fetch(LINES, order_id)]

    async def payment_moved(
        self, order: OrderStanding, status: PaymentAxis, note: str | None, actor: str
    ) -> None:
        if order.payment_status == status:
            return
        await self._uow.connection.execute(MOVE_PAYMENT, order.id, status, note, actor, 0)
        ended = order.status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED)
        if status not in COVERED or ended:
            return
        events: list[OrderEvent] = []
        if await self._uow.connection.fetchval(CONFIRM, order.id, actor):
            events.append(OrderConfirmed(order_id=order.id, number=order.number))
        await self._stock.keep(order.id)
        if status == "paid" and order.payment_status in NOT_PAID_BEFORE:
            events.append(OrderPaid(order_id=order.id, number=order.number))
        await self._outbox.add(events)

    async def money_returned(
        self, order: OrderStanding, refund_id: UUID, amount: int, status: PaymentAxis, actor: str
    ) -> None:
        await self._uow.connection.execute(MOVE_PAYMENT, order.id, status, None, actor, amount)
        await self._outbox.add(
            [
                OrderRefunded(
                    order_id=order.id,
                    number=order.number,
                    refund_id=refund_id,
                    amount=amount,
                    currency=order.currency,
                )
            ]
        )

    async def money_came_back(
        self, order: OrderStanding, amount: int, status: PaymentAxis, note: str, actor: str
    ) -> None:
        await self._uow.connection.execute(MOVE_PAYMENT, order.id, status, note, actor, -amount)

    async def restock(self, order: OrderStanding, units: dict[UUID, int], actor: str) -> None:
        variants = await self._uow.connection.fetch(VARIANTS, order.id, list(units))
        for line_id, variant_id in variants:  # in the one order in which stock is locked
            await self._stock.release_units(order.id, variant_id, units[line_id])


def _standing(row: asyncpg.Record | None) -> OrderStanding:
    if row is None:
        raise NotFound("there is no such order")
    return OrderStanding(*row)
