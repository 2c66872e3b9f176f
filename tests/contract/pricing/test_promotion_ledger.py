"""What any ledger of uses of promotions promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.promotions import CountedCode, CountedPromotion, MemoryPromotionLedger
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.pricing.promotion_ledger import PgPromotionLedger
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.contracts import PromotionClaim, PromotionLedger
from ecommerce.domain.pricing.refusals import CouponExhausted
from ecommerce.domain.shared.kernel import ConcurrentUpdate
from tests.factories.promotions import PromotionFactory

pytestmark = pytest.mark.anyio
ME, YOU = b"me", b"you"


@dataclass
class MemoryBooks:
    ledger: MemoryPromotionLedger

    def begin(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def order(self) -> UUID:
        return uuid4()

    async def promotion(
        self, max_uses: int | None = None, budget: int | None = None, per_customer: int | None = None
    ) -> UUID:
        promotion = CountedPromotion(uuid4(), 1, max_uses, budget, "USD" if budget is not None else None)
        self.ledger.promotions[promotion.id] = promotion
        return promotion.id

    async def code(self, promotion_id: UUID, max_uses: int | None = None) -> UUID:
        code = CountedCode(uuid4(), promotion_id, max_uses)
        self.ledger.codes[code.id] = code
        return code.id

    async def edit(self, promotion_id: UUID) -> None:
        self.ledger.promotions[promotion_id].version += 1

    async def archive(self, promotion_id: UUID) -> None:
        self.ledger.promotions[promotion_id].archived = True

    async def retire(self, code_id: UUID) -> None:
        self.ledger.codes[code_id].retired = True

    async def used(self, promotion_id: UUID) -> tuple[int, int]:
        promotion = self.ledger.promotions[promotion_id]
        return promotion.used, promotion.spent

    async def code_used(self, code_id: UUID) -> int:
        return self.ledger.codes[code_id].used

    async def statuses(self, order_id: UUID) -> list[str]:
        return [each.status for each in self.ledger.redemptions.get(order_id, [])]


@dataclass
class PostgresBooks:
    ledger: PgPromotionLedger
    uow: PgUnitOfWork
    factory: PromotionFactory

    def begin(self) -> AbstractAsyncContextManager[None]:
        return self.uow.begin()

    async def order(self) -> UUID:
        return await self.factory.order()

    async def promotion(
        self, max_uses: int | None = None, budget: int | None = None, per_customer: int | None = None
    ) -> UUID:
        return await self.factory.promotion(max_uses=max_uses, budget=budget, per_customer=per_customer)

    async def code(self, promotion_id: UUID, max_uses: int | None = None) -> UUID:
        return await self.factory.code(promotion_id, max_uses=max_uses)

    async def edit(self, promotion_id: UUID) -> None:
        await self.factory.run("UPDATE promotion SET version = version + 1 WHERE id = $1", promotion_id)

    async def archive(self, promotion_id: UUID) -> None:
        await self.factory.run("UPDATE promotion SET archived_at = now() WHERE id = $1", promotion_id)

    async def retire(self, code_id: UUID) -> None:
        await self.factory.run("UPDATE coupon_code SET retired_at = now() WHERE id = $1", code_id)

    async def used(self, promotion_id: UUID) -> tuple[int, int]:
        row = await self.factory.row("SELECT used, spent FROM promotion WHERE id = $1", promotion_id)
        return row["used"], row["spent"]

    async def code_used(self, code_id: UUID) -> int:
        return int((await self.factory.row("SELECT used FROM coupon_code WHERE id = $1", code_id))["used"])

    async def statuses(self, order_id: UUID) -> list[str]:
        rows = await self.factory.rows(
            "SELECT status FROM promotion_redemption WHERE order_id = $1 ORDER BY promotion_id", order_id
        )
        return [row["status"] for row in rows]


Books = MemoryBooks | PostgresBooks


@pytest.fixture
def memory() -> Books:
    return MemoryBooks(MemoryPromotionLedger())


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Books]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield PostgresBooks(PgPromotionLedger(uow), uow, PromotionFactory(database_url))
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def books(request: pytest.FixtureRequest) -> Books:
    return cast(Books, request.getfixturevalue(request.param))


def use_of(
    promotion_id: UUID,
    discount: int = 100,
    code: UUID | None = None,
    *,
    limited: bool = True,
    per_customer: int | None = None,
    version: int = 1,
) -> PromotionClaim:
    return PromotionClaim(
        promotion_id=promotion_id,
        version=version,
        name="Summer",
        discount=discount,
        coupon_code_id=code,
        limited=limited,
        per_customer=per_customer,
    )


async def claim(
    books: Books, *claims: PromotionClaim, keys: tuple[bytes, ...] = (ME,), currency: str = "USD"
) -> UUID:
    order_id, ledger = await books.order(), cast(PromotionLedger, books.ledger)
    async with books.begin():
        await ledger.claim(order_id, currency, claims, keys)
    return order_id


async def release(books: Books, order_id: UUID) -> None:
    async with books.begin():
        await books.ledger.release(order_id)


async def consume(books: Books, order_id: UUID) -> None:
    async with books.begin():
        await books.ledger.consume(order_id)


async def test_a_limit_is_counted_and_kept(books: Books) -> None:
    promotion = await books.promotion(max_uses=2)
    code = await books.code(promotion)
    await claim(books, use_of(promotion, code=code))
    await claim(books, use_of(promotion, code=code), keys=(YOU,))

    with pytest.raises(CouponExhausted) as refused:
        await claim(books, use_of(promotion, code=code))

    assert refused.value.data == {"reason": "exhausted"}
    assert (await books.used(promotion))[0] == 2


async def test_an_automatic_promotion_that_is_used_up_asks_for_another_try(books: Books) -> None:
    promotion = await books.promotion(max_uses=1)
    await claim(books, use_of(promotion))

    with pytest.raises(ConcurrentUpdate):
        await claim(books, use_of(promotion))


async def test_a_budget_is_never_overspent(books: Books) -> None:
    promotion = await books.promotion(budget=250)
    await claim(books, use_of(promotion, 100))
    await claim(books, use_of(promotion, 100))
    with pytest.raises(ConcurrentUpdate):
        await claim(books, use_of(promotion, 100))

    await claim(books, use_of(promotion, 50))

    assert await books.used(promotion) == (3, 250)


async def test_a_budget_is_for_its_currency_alone(books: Books) -> None:
    promotion = await books.promotion(budget=250)

    with pytest.raises(ConcurrentUpdate):
        await claim(books, use_of(promotion, 100), currency="EUR")


async def test_a_code_has_a_limit_of_its_own(books: Books) -> None:
    promotion = await books.promotion()
    code, other = await books.code(promotion, max_uses=1), await books.code(promotion, max_uses=1)
    await claim(books, use_of(promotion, code=code, limited=False))

    with pytest.raises(CouponExhausted):
        await claim(books, use_of(promotion, code=code, limited=False))
    await claim(books, use_of(promotion, code=other, limited=False))

    assert (await books.code_used(code), await books.code_used(other)) == (1, 1)


async def test_a_customer_is_known_by_any_of_their_keys(books: Books) -> None:
    promotion = await books.promotion(per_customer=1)
    code = await books.code(promotion)
    use = use_of(promotion, code=code, limited=False, per_customer=1)
    await claim(books, use, keys=(ME, b"my address"))

    with pytest.raises(CouponExhausted) as refused:
        await claim(books, use, keys=(b"my address", b"my other account"))
    await claim(books, use, keys=(YOU,))

    assert refused.value.data == {"reason": "customer-limit"}


async def test_the_same_key_twice_is_one_customer(books: Books) -> None:
    promotion = await books.promotion(per_customer=2)
    use = use_of(promotion, limited=False, per_customer=2)
    await claim(books, use, keys=(ME, ME))
    await claim(books, use, keys=(ME, ME))

    with pytest.raises(ConcurrentUpdate):
        await claim(books, use, keys=(ME,))


async def test_a_promotion_that_was_changed_is_not_claimed(books: Books) -> None:
    limited, free = await books.promotion(max_uses=5), await books.promotion()
    await books.edit(limited)
    await books.edit(free)

    for use in (use_of(limited, code=await books.code(limited)), use_of(free, limited=False)):
        with pytest.raises(ConcurrentUpdate):
            await claim(books, use)

    assert (await books.used(limited))[0] == 0


async def test_what_was_archived_or_retired_is_not_claimed(books: Books) -> None:
    archived, promotion, missing = await books.promotion(), await books.promotion(), uuid4()
    retired = await books.code(promotion)
    await books.archive(archived)
    await books.retire(retired)

    for use in (use_of(archived, limited=False), use_of(promotion, code=retired), use_of(missing)):
        with pytest.raises(ConcurrentUpdate):
            await claim(books, use)


async def test_a_code_opens_its_own_promotion_alone(books: Books) -> None:
    promotion, other = await books.promotion(), await books.promotion()
    code = await books.code(other)

    with pytest.raises(ConcurrentUpdate):
        await claim(books, use_of(promotion, code=code, limited=False))


async def test_an_order_uses_all_its_promotions_or_none(books: Books) -> None:
    free, limited = await books.promotion(max_uses=5), await books.promotion(max_uses=1)
    code = await books.code(limited)
    await claim(books, use_of(limited, code=code))

    with pytest.raises(CouponExhausted):
        await claim(books, use_of(free), use_of(limited, code=code))

    assert (await books.used(free))[0] == 0


async def test_a_coupon_that_is_used_up_is_told_before_all_else(books: Books) -> None:
    changed, limited = await books.promotion(), await books.promotion(max_uses=1)
    code = await books.code(limited)
    await claim(books, use_of(limited, code=code))
    await books.edit(changed)

    with pytest.raises(CouponExhausted):
        await claim(books, use_of(changed, limited=False), use_of(limited, code=code))


async def test_what_nobody_limits_is_not_counted(books: Books) -> None:
    promotion = await books.promotion()
    code = await books.code(promotion)
    order = await claim(books, use_of(promotion, code=code, limited=False))
    assert (await books.used(promotion), await books.code_used(code)) == ((0, 0), 0)

    await release(books, order)

    assert (await books.used(promotion), await books.code_used(code)) == ((0, 0), 0)
    assert await books.statuses(order) == ["released"]


@pytest.mark.parametrize("paid", [False, True])
async def test_what_an_order_used_can_be_used_again_and_only_once(books: Books, paid: bool) -> None:
    promotion = await books.promotion(max_uses=1, budget=100, per_customer=1)
    code = await books.code(promotion, max_uses=1)
    use = use_of(promotion, 100, code, per_customer=1)
    order = await claim(books, use)
    if paid:
        await consume(books, order)

    for _ in range(2):
        await release(books, order)

    assert (await books.used(promotion), await books.code_used(code)) == ((0, 0), 0)
    await claim(books, use)
    with pytest.raises(CouponExhausted):
        await claim(books, use)


async def test_what_was_released_stays_that(books: Books) -> None:
    promotion = await books.promotion(max_uses=1)
    order = await claim(books, use_of(promotion))
    await release(books, order)

    await consume(books, order)

    assert await books.statuses(order) == ["released"]


async def test_consuming_counts_nothing(books: Books) -> None:
    promotion = await books.promotion(max_uses=1)
    order = await claim(books, use_of(promotion))

    for _ in range(2):
        await consume(books, order)

    assert await books.statuses(order) == ["consumed"]
    assert (await books.used(promotion))[0] == 1


async def test_an_order_without_promotions_has_nothing_to_give_back(books: Books) -> None:
    order = await claim(books)

    await consume(books, order)
    await release(books, order)

    assert await books.statuses(order) == []
