"""What any store of the prices in price lists promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.price_list_prices import MemoryPriceListPrices
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.pricing.price_list_prices import PgPriceListPrices
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.ports import Break, BreakEdge, PriceListPrices
from ecommerce.application.shared.ports import UnitOfWork
from tests.factories.shop import ShopFactory

pytestmark = pytest.mark.anyio
SALE, OTHER = UUID(int=1), UUID(int=2)
LIST = """
INSERT INTO price_list (id, name, definition) VALUES ($1, 'A list', '{"name": "A list", "currency": "USD"}')
"""


@dataclass
class Ports:
    """Two empty lists, and two variants, the lower id first."""

    uow: UnitOfWork
    prices: PriceListPrices
    skus: dict[UUID, str]
    mug: UUID = field(init=False)
    cup: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.mug, self.cup = sorted(self.skus)

    async def put(self, *breaks: Break, list_id: UUID = SALE) -> list[tuple[Break, int | None]]:
        async with self.uow.begin():
            return list(await self.prices.put(list_id, breaks))

    async def amounts(self, list_id: UUID = SALE) -> dict[tuple[UUID, int], int]:
        listed = await self.prices.page(list_id, 100)
        return {(each.variant_id, each.min_quantity): each.amount for each in listed.prices}


@pytest.fixture
def memory() -> Ports:
    uow, skus = MemoryUnitOfWork(), {uuid4(): "MUG-1", uuid4(): "CUP-1"}
    return Ports(uow, MemoryPriceListPrices(uow, skus), skus)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Ports]:
    factory = await ShopFactory(database_url).open()
    for list_id in (SALE, OTHER):
        await factory.run(LIST, list_id)
    products = [await factory.product("Mug"), await factory.product("Cup")]
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Ports(uow, PgPriceListPrices(database, uow), {each.variant_id: each.sku for each in products})
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest) -> Ports:
    return cast(Ports, request.getfixturevalue(request.param))


async def test_what_is_put_is_there_and_told_with_what_was_before(ports: Ports) -> None:
    first, second = Break(ports.mug, 1, 900), Break(ports.mug, 10, 800)

    assert await ports.put(second, first) == [(first, None), (second, None)]
    assert await ports.put(Break(ports.mug, 1, 900), Break(ports.mug, 10, 700)) == [
        (Break(ports.mug, 10, 700), 800)
    ]
    assert await ports.amounts() == {(ports.mug, 1): 900, (ports.mug, 10): 700}
    assert await ports.amounts(OTHER) == {}


async def test_prices_are_removed_one_by_one_or_all_of_a_variant(ports: Ports) -> None:
    kept, one, two = Break(ports.cup, 1, 5), Break(ports.mug, 1, 900), Break(ports.mug, 10, 800)
    await ports.put(kept, one, two, Break(ports.mug, 20, 700))
    await ports.put(Break(ports.mug, 1, 1), list_id=OTHER)

    async with ports.uow.begin():
        assert await ports.prices.remove(SALE, ports.mug, 20) == [Break(ports.mug, 20, 700)]
        assert await ports.prices.remove(SALE, ports.mug, 20) == []
        assert await ports.prices.remove(SALE, ports.mug, None) == [one, two]
        assert not await ports.prices.is_empty(SALE)
        await ports.prices.remove(SALE, ports.cup, 1)
        assert await ports.prices.is_empty(SALE)
        assert not await ports.prices.is_empty(OTHER)


async def test_variants_are_known_by_id_and_by_sku(ports: Ports) -> None:
    async with ports.uow.begin():
        known = await ports.prices.known([ports.mug, uuid4()], [ports.skus[ports.cup], "NO-SUCH"])

    assert known[ports.mug] == ports.mug
    assert known[ports.skus[ports.cup]] == ports.cup
    assert set(known.values()) == {ports.mug, ports.cup}
    assert "NO-SUCH" not in known


async def test_breaks_are_counted_by_variant(ports: Ports) -> None:
    await ports.put(*(Break(ports.mug, least, 1) for least in (1, 2, 3)), Break(ports.cup, 1, 1))

    async with ports.uow.begin():
        assert await ports.prices.most_breaks(SALE, [ports.mug, ports.cup]) == 3
        assert await ports.prices.most_breaks(SALE, [ports.cup]) == 1
        assert await ports.prices.most_breaks(SALE, []) == 0


async def test_pages_go_on_and_back_from_an_edge(ports: Ports) -> None:
    every = [Break(variant, least, 1) for variant in (ports.mug, ports.cup) for least in (1, 2, 3)]
    await ports.put(*every)
    order = [(each.variant_id, each.min_quantity) for each in every]

    async def page(size: int, offset: int = 0, edge: BreakEdge | None = None) -> tuple[object, bool, bool]:
        listed = await ports.prices.page(SALE, size, offset, edge)
        assert listed.count == 6
        shown = [(each.variant_id, each.min_quantity) for each in listed.prices]
        assert all(each.sku == ports.skus[each.variant_id] for each in listed.prices)
        return shown, listed.before, listed.after

    assert await page(4) == (order[:4], False, True)
    assert await page(4, 4) == (order[4:], True, False)
    assert await page(4, edge=BreakEdge(*order[3])) == (order[4:], True, False)
    assert await page(2, edge=BreakEdge(*order[1])) == (order[2:4], True, True)
    assert await page(2, edge=BreakEdge(*order[4], backwards=True)) == (order[2:4], True, True)
    assert await page(4, edge=BreakEdge(*order[4], backwards=True)) == (order[:4], False, True)
    assert await page(4, 8) == ([], True, False)
    assert (await ports.prices.page(OTHER, 4)).count == 0
