"""How payments move an order, in PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from ecommerce.application.orders.contracts import OrderLedger, OrderStanding, PaymentAxis
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from tests.factories.till import Till

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def locked(till: Till, number: str) -> AsyncIterator[tuple[OrderLedger, OrderStanding]]:
    async with till.container({Call: Call(actor=Actor.system("test"))}) as scope:
        uow: UnitOfWork = await scope.get(UnitOfWork)
        ledger: OrderLedger = await scope.get(OrderLedger)
        async with uow.begin():
            yield ledger, await ledger.lock_by_number(number)


@pytest.mark.breaks_invariants(
    "an order counts as paid exactly when its total was captured", "an order knows what was given back"
)
async def test_a_dispute_that_was_won_is_no_second_payment(till: Till) -> None:
    order = await till.order()
    axes: tuple[PaymentAxis, ...] = ("paid", "disputed", "paid")
    for axis in axes:
        async with locked(till, order.number) as (ledger, standing):
            await ledger.payment_moved(standing, axis, None, "test")

    paid = await till.value(
        "SELECT count(*) FROM outbox WHERE kind = 'OrderPaid' AND aggregate_id = $1", order.id
    )
    assert paid == 1


@pytest.mark.breaks_invariants("an order counts as paid exactly when its total was captured")
async def test_a_refund_that_bounces_counts_no_more(till: Till) -> None:
    order = await till.order()
    async with locked(till, order.number) as (ledger, standing):
        await ledger.money_returned(standing, uuid4(), 100, "partially_refunded", "test")
    async with locked(till, order.number) as (ledger, standing):
        assert standing.refunded == 100
        await ledger.money_came_back(standing, 100, "paid", "the bank sent it back", "test")
    async with locked(till, order.number) as (_, standing):
        assert (standing.refunded, standing.payment_status) == (0, "paid")
