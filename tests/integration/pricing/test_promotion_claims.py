"""Many orders at once want what there is not enough of."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.pricing.promotion_ledger import PgPromotionLedger
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.contracts import PromotionClaim
from ecommerce.domain.shared.kernel import Conflict
from tests.factories.promotions import PromotionFactory

pytestmark = pytest.mark.anyio
MANY = 50


@dataclass
class Shop:
    database: Database
    factory: PromotionFactory

    def ledger(self) -> tuple[PgUnitOfWork, PgPromotionLedger]:
        uow = PgUnitOfWork(self.database, Doorbell(self.database))
        return uow, PgPromotionLedger(uow)

    async def claim(self, order_id: UUID, *claims: PromotionClaim, keys: Sequence[bytes] = (b"me",)) -> str:
        """What became of it; a claim waits a moment before it commits, as placing does."""
        uow, ledger = self.ledger()
        try:
            async with uow.begin():
                await ledger.claim(order_id, "USD", claims, keys)
                await asyncio.sleep(0.001)
        except Conflict as error:
            return error.code
        return "claimed"

    async def release(self, order_id: UUID) -> None:
        uow, ledger = self.ledger()
        async with uow.begin():
            await ledger.release(order_id)

    async def orders(self, count: int = MANY) -> list[UUID]:
        return [await self.factory.order() for _ in range(count)]


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Shop]:
    database = Database(database_url, Bounds(pool_size=16, pool_timeout=30, lock_timeout=20))
    await database.open()
    yield Shop(database, PromotionFactory(database_url))
    await database.close()


def use_of(
    promotion_id: UUID, discount: int = 100, code: UUID | None = None, **more: object
) -> PromotionClaim:
    claim = {"version": 1, "name": "Summer", "limited": True, "per_customer": None, **more}
    return PromotionClaim(promotion_id=promotion_id, discount=discount, coupon_code_id=code, **claim)  # type: ignore[arg-type]


async def test_fifty_orders_and_one_use(shop: Shop) -> None:
    promotion = await shop.factory.promotion(max_uses=1)
    code = await shop.factory.code(promotion)
    use = use_of(promotion, code=code)

    became = Counter(await asyncio.gather(*(shop.claim(order, use) for order in await shop.orders())))

    assert became == {"claimed": 1, "coupon-exhausted": MANY - 1}


async def test_fifty_orders_and_a_code_with_one_use(shop: Shop) -> None:
    promotion = await shop.factory.promotion()
    code = await shop.factory.code(promotion, max_uses=1)
    use = use_of(promotion, code=code, limited=False)

    became = Counter(await asyncio.gather(*(shop.claim(order, use) for order in await shop.orders())))

    assert became == {"claimed": 1, "coupon-exhausted": MANY - 1}


async def test_fifty_orders_and_a_budget(shop: Shop) -> None:
    promotion = await shop.factory.promotion(budget=10_000)
    code = await shop.factory.code(promotion)
    discounts = [random.randint(1, 900) for _ in range(MANY)]
    orders = await shop.orders()

    became = await asyncio.gather(
        *(
            shop.claim(order, use_of(promotion, discount, code))
            for order, discount in zip(orders, discounts, strict=True)
        )
    )

    spent = sum(each for each, what in zip(discounts, became, strict=True) if what == "claimed")
    row = await shop.factory.row("SELECT used, spent FROM promotion")
    assert tuple(row) == (became.count("claimed"), spent)
    assert spent <= 10_000
    refused = [each for each, what in zip(discounts, became, strict=True) if what != "claimed"]
    assert not refused or spent + max(refused) > 10_000  # and nobody was sent away for nothing


async def test_one_customer_in_fifty_orders(shop: Shop) -> None:
    promotion = await shop.factory.promotion(per_customer=1)
    use = use_of(promotion, limited=False, per_customer=1, code=await shop.factory.code(promotion))
    orders = await shop.orders()

    became = Counter(
        await asyncio.gather(
            # One account that gives another address each time, and one address of many accounts.
            *(shop.claim(order, use, keys=(b"account", order.bytes)) for order in orders[: MANY // 2]),
            *(shop.claim(order, use, keys=(order.bytes, b"address")) for order in orders[MANY // 2 :]),
        )
    )

    assert became == {"claimed": 2, "coupon-exhausted": MANY - 2}


async def test_twenty_releases_give_back_once(shop: Shop) -> None:
    promotion = await shop.factory.promotion(max_uses=5, budget=1_000, per_customer=5)
    code = await shop.factory.code(promotion, max_uses=5)
    (kept, ended) = await shop.orders(2)
    for order in (kept, ended):
        await shop.claim(order, use_of(promotion, 100, code, per_customer=5))

    await asyncio.gather(*(shop.release(ended) for _ in range(20)))

    assert tuple(await shop.factory.row("SELECT used, spent FROM promotion")) == (1, 100)
    assert tuple(await shop.factory.row("SELECT used FROM coupon_code")) == (1,)
    assert tuple(await shop.factory.row("SELECT used FROM promotion_customer")) == (1,)


async def test_claims_over_shuffled_promotions_never_deadlock(shop: Shop) -> None:
    """Limited and not, with codes and without, for few customers; every third order ends at once."""
    factory, uses = shop.factory, []
    for index in range(6):
        limited, few = index % 2 == 0, index % 3 == 0
        promotion = await factory.promotion(
            max_uses=10_000 if limited else None, per_customer=1_000 if few else None
        )
        code = await factory.code(promotion, max_uses=10_000 if index % 4 == 0 else None)
        uses.append(use_of(promotion, code=code, limited=limited, per_customer=1_000 if few else None))
    customers = [bytes([each]) for each in range(4)]
    orders = await shop.orders(200)

    async def buy(index: int, order: UUID) -> str:
        chosen = random.sample(uses, random.randint(2, len(uses)))
        became = await shop.claim(order, *chosen, keys=random.sample(customers, 2))
        if index % 3 == 0:
            await shop.release(order)
        return became

    became = Counter(await asyncio.gather(*(buy(*each) for each in enumerate(orders))))

    assert became == {"claimed": 200}
