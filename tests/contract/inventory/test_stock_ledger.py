"""What any ledger of reservations promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.inventory import MemoryStockLedger
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.inventory.ledger import PgStockLedger
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.inventory.contracts import Hold, StockAt, StockLedger
from tests.factories.shop import ShopFactory

# The orders that hold something here are ids and nothing more.
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.breaks_invariants("no reservation outlives its time or its order"),
]
MINUTES = timedelta(minutes=15)


@dataclass
class Shop:
    """A ledger with one variant: 5 in the first warehouse, 3 in the second."""

    ledger: StockLedger
    uow: PgUnitOfWork | None
    variant_id: UUID
    first: UUID
    second: UUID

    def begin(self) -> AbstractAsyncContextManager[None]:
        return self.uow.begin() if self.uow else nullcontext()

    async def reserve(self, order_id: UUID, *quantities: int) -> bool:
        places = (self.first, self.second)
        holds = [Hold(self.variant_id, at, count) for at, count in zip(places, quantities, strict=False)]
        async with self.begin():
            return await self.ledger.reserve(order_id, holds, MINUTES)

    async def reserved(self) -> list[int]:
        async with self.begin():
            levels = {at.warehouse_id: at.reserved for at in await self.ledger.lock([self.variant_id])}
        return [levels[self.first], levels[self.second]]


@pytest.fixture
def memory() -> Shop:
    ledger, variant_id, first, second = MemoryStockLedger(), uuid4(), uuid4(), uuid4()
    for warehouse_id, priority, on_hand in ((first, 0, 5), (second, 1, 3)):
        ledger.put(StockAt(variant_id, warehouse_id, priority, on_hand, 0, False))
    return Shop(ledger, None, variant_id, first, second)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Shop]:
    factory = await ShopFactory(database_url).open()
    product = await factory.product(stock=(5, 3))
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Shop(PgStockLedger(uow), uow, product.variant_id, *factory.warehouses.values())
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return cast(Shop, request.getfixturevalue(request.param))


async def test_a_reservation_is_all_or_nothing(shop: Shop) -> None:
    assert await shop.reserve(uuid4(), 5, 3)
    assert not await shop.reserve(uuid4(), 1)

    assert await shop.reserved() == [5, 3]


async def test_what_is_released_can_be_reserved_again_and_only_once(shop: Shop) -> None:
    order = uuid4()
    await shop.reserve(order, 5, 2)
    for _ in range(2):
        async with shop.begin():
            await shop.ledger.release(order)

    assert await shop.reserved() == [0, 0]


async def test_units_are_given_back_up_to_what_is_held(shop: Shop) -> None:
    order = uuid4()
    await shop.reserve(order, 2, 2)
    async with shop.begin():
        first = await shop.ledger.release_units(order, shop.variant_id, 3)
        second = await shop.ledger.release_units(order, shop.variant_id, 3)

    assert (first, second) == (3, 1)
    assert await shop.reserved() == [0, 0]


async def test_another_order_keeps_what_it_holds(shop: Shop) -> None:
    mine, other = uuid4(), uuid4()
    await shop.reserve(mine, 1)
    await shop.reserve(other, 2, 1)
    async with shop.begin():
        await shop.ledger.release(mine)
        await shop.ledger.keep(other)

    assert await shop.reserved() == [2, 1]


async def test_a_level_that_is_not_there_has_nothing(shop: Shop) -> None:
    async with shop.begin():
        assert not await shop.ledger.reserve(uuid4(), [Hold(uuid4(), shop.first, 1)], None)
