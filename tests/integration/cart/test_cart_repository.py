"""Carts in PostgreSQL, where several change one at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from ecommerce.adapters.postgres.cart.repository import PgCartRepository
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.cart.ports import Wanted
from ecommerce.domain.cart.cart import CartOwner
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import ConcurrentUpdate
from tests.factories.customers import customer_keys
from tests.factories.shop import Product, ShopFactory

pytestmark = pytest.mark.anyio
OWNER = CartOwner(token_hash=b"guest")


class Session:
    """What one request has: a unit of work and a repository in it."""

    def __init__(self, database: Database) -> None:
        self.uow = PgUnitOfWork(database, Doorbell(database))
        self.carts = PgCartRepository(database, self.uow, Uuid7Ids(), customer_keys())

    async def add(self, product: Product, *, lock: bool = False) -> None:
        async with self.uow.begin():
            await self.add_within(product, lock=lock)

    async def add_within(self, product: Product, *, lock: bool) -> None:
        wanted = Wanted(variant_id=product.variant_id)
        loaded = await self.carts.load(OWNER, currency="USD", wanted=wanted, lock=lock)
        loaded.cart.add(uuid4(), VariantId(product.variant_id), 1, None)
        await self.carts.save(loaded.cart)

    async def quantities(self) -> list[int]:
        loaded = await self.carts.load(OWNER, currency="USD")
        return [line.quantity for line in loaded.cart.lines.values()]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def mug(database_url: str) -> Product:
    return await (await ShopFactory(database_url).open()).product()


async def test_who_waited_for_the_cart_sees_what_was_added_meanwhile(
    database: Database, mug: Product
) -> None:
    first, second = Session(database), Session(database)
    await first.add(mug)

    async with first.uow.begin():
        await first.add_within(mug, lock=True)
        waiting = asyncio.create_task(second.add(mug, lock=True))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    await waiting

    assert await first.quantities() == [3]


async def test_a_version_that_was_overtaken_is_not_written(database: Database, mug: Product) -> None:
    slow, quick = Session(database), Session(database)
    await quick.add(mug)

    loaded = await slow.carts.load(OWNER, currency="USD", wanted=Wanted(sku=mug.sku))
    await quick.add(mug)
    loaded.cart.add(uuid4(), VariantId(mug.variant_id), 1, None)
    with pytest.raises(ConcurrentUpdate):
        async with slow.uow.begin():
            await slow.carts.save(loaded.cart)

    assert await quick.quantities() == [2]


async def test_two_first_adds_make_one_cart(database: Database, mug: Product) -> None:
    results = await asyncio.gather(*(Session(database).add(mug) for _ in range(3)), return_exceptions=True)

    lost = [result for result in results if result is not None]
    assert all(isinstance(result, ConcurrentUpdate) for result in lost)
    assert await Session(database).quantities() == [3 - len(lost)]
