"""What any store of base prices promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import cast
from uuid import uuid4

import pytest

from ecommerce.adapters.memory.base_prices import MemoryBasePrices
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.audit import PgAuditLog
from ecommerce.adapters.postgres.catalog.base_prices import PgBasePrices
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.catalog.base_prices import ACTION, BasePrices
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.catalog.base_price import BasePrice, VariantPrices
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import NotFound
from tests.factories.shop import ShopFactory

pytestmark = pytest.mark.anyio


@dataclass
class Ports:
    """A mug that costs 10.00 USD. `audit` is there where history is read from the log."""

    uow: UnitOfWork
    prices: BasePrices
    mug: VariantId
    audit: PgAuditLog | None = None
    database: Database | None = None

    async def set(self, *wanted: BasePrice) -> VariantPrices:
        async with self.uow.begin():
            before = await self.prices.lock(self.mug)
            after = replace(before, prices={each.currency: each for each in wanted})
            await self.prices.replace(after)
            if self.audit is not None:
                await self.audit.record(Actor(), ACTION, f"variant:{self.mug}", _plain(before), _plain(after))
        return await self.prices.find(self.mug)

    async def lowest(self) -> dict[str, int]:
        async with self.uow.begin():
            return dict(await self.prices.lowest(self.mug))


def _plain(held: VariantPrices) -> dict[str, object]:
    prices = {each.currency: {"amount": each.amount, "compare_at": None} for each in held.sorted()}
    return {"prices": prices}


@pytest.fixture
def memory() -> Ports:
    uow, mug = MemoryUnitOfWork(), VariantId(uuid4())
    prices = MemoryBasePrices(uow)
    prices.kept[mug] = VariantPrices(
        variant_id=mug,
        product_id=uuid4(),
        sku="MUG-1",
        prices={"USD": BasePrice(currency="USD", amount=1_000)},
    )
    return Ports(uow, prices, mug)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Ports]:
    mug = await (await ShopFactory(database_url).open()).product("Mug", 1_000)
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    prices = PgBasePrices(database, uow)
    yield Ports(uow, prices, VariantId(mug.variant_id), PgAuditLog(uow), database)
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest) -> Ports:
    return cast(Ports, request.getfixturevalue(request.param))


def usd(amount: int, compare_at: int | None = None, lowest_30d: int | None = None) -> BasePrice:
    return BasePrice(currency="USD", amount=amount, compare_at=compare_at, lowest_30d=lowest_30d)


async def test_what_is_replaced_is_found_as_it_is(ports: Ports) -> None:
    euro = BasePrice(currency="EUR", amount=0)

    assert (await ports.set(usd(800, 1_000, 900), euro)).sorted() == [euro, usd(800, 1_000, 900)]
    assert (await ports.set(usd(700))).sorted() == [usd(700)]
    assert (await ports.set()).sorted() == []


async def test_the_lowest_price_is_of_all_that_held(ports: Ports) -> None:
    assert await ports.lowest() == {"USD": 1_000}
    await ports.set(usd(800), BasePrice(currency="EUR", amount=50))
    await ports.set(usd(1_200))

    assert await ports.lowest() == {"USD": 800, "EUR": 50}


async def test_nobody_sets_prices_of_what_there_is_not(ports: Ports) -> None:
    stranger = VariantId(uuid4())
    with pytest.raises(NotFound):
        await ports.prices.find(stranger)
    with pytest.raises(NotFound):
        async with ports.uow.begin():
            await ports.prices.lock(stranger)


@pytest.mark.breaks_invariants("the chain of the audit log verifies")
async def test_what_held_more_than_thirty_days_ago_is_over(postgres: Ports) -> None:
    await postgres.set(usd(800))
    await postgres.set(usd(1_200))
    assert postgres.database is not None
    await postgres.database.execute("ALTER TABLE audit_log DISABLE TRIGGER append_only")
    await postgres.database.execute("UPDATE audit_log SET at = now() - interval '31 days'")

    assert await postgres.lowest() == {"USD": 1_200}
