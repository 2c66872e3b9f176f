"""What any store of coupon codes promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from ecommerce.adapters.memory.coupon_codes import MemoryCouponCodes
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.pricing.coupon_codes import PgCouponCodeBook, PgCouponCodes
from ecommerce.adapters.postgres.pricing.promotions import PgPromotions
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.pricing.benefits import Percentage
from ecommerce.application.pricing.contracts import CouponCodes
from ecommerce.application.pricing.coupon_hashes import code_hash
from ecommerce.application.pricing.ports import CodeEdge, CouponCodeBook, NewCode
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.records import Records
from ecommerce.domain.pricing.refusals import CodeTaken
from ecommerce.domain.shared.kernel import NotFound

pytestmark = pytest.mark.anyio
TOKENS, IDS = SecretTokens("k" * 40), Uuid7Ids()
HOUR = timedelta(hours=1)


@dataclass
class Shop:
    uow: UnitOfWork
    promotions: Records[PromotionDefinition]
    book: CouponCodeBook
    codes: CouponCodes

    async def promotion(self, **more: Any) -> UUID:
        definition = PromotionDefinition(name="Summer", benefit=Percentage(ppm=100_000), by_code=True)
        async with self.uow.begin():
            made = await self.promotions.add(IDS.new(), msgspec.structs.replace(definition, **more))
        return made.id

    async def code(self, promotion_id: UUID, code: str, max_uses: int | None = None) -> UUID:
        new = NewCode(IDS.new(), code_hash(TOKENS, code), f"{code[:3]}…")
        async with self.uow.begin():
            await self.book.add(promotion_id, new, max_uses)
        return new.id

    async def retire(self, promotion_id: UUID, code_id: UUID) -> None:
        async with self.uow.begin():
            await self.promotions.lock(promotion_id)
            await self.book.retire(promotion_id, code_id)


@pytest.fixture
def memory() -> Shop:
    uow = MemoryUnitOfWork()
    promotions: MemoryRecords[PromotionDefinition] = MemoryRecords(uow, "promotion")
    codes = MemoryCouponCodes(uow, promotions, TOKENS)
    return Shop(uow, promotions, codes, codes)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Shop]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    book = PgCouponCodeBook(database, uow)
    yield Shop(uow, PgPromotions(database, uow), book, PgCouponCodes(database, TOKENS))
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return cast(Shop, request.getfixturevalue(request.param))


async def test_a_code_is_found_however_it_is_typed(shop: Shop) -> None:
    promotion = await shop.promotion()
    code = await shop.code(promotion, "SUMMER10")

    for typed in ("SUMMER10", " summer 10 ", "Summer-10", "ｓｕｍｍｅｒ—１０"):
        found = await shop.codes.find(typed)
        assert found is not None
        assert (found.code, found.coupon_code_id, found.promotion_id) == (typed.strip(), code, promotion)
        assert (found.used_up, found.live) == (False, True)


@pytest.mark.parametrize("typed", ["", "   ", "WINTER", "S" * 65, "SUM\x00MER10", "SUMMER1"])
async def test_what_is_no_code_is_not_found(shop: Shop, typed: str) -> None:
    await shop.code(await shop.promotion(), "SUMMER10")

    assert await shop.codes.find(typed) is None


@pytest.mark.parametrize(
    ("more", "live"),
    [
        ({"enabled": False}, False),
        ({"by_code": False}, False),
        ({"starts_at": datetime.now(UTC) + HOUR}, False),
        ({"ends_at": datetime.now(UTC) - HOUR}, False),
        ({"starts_at": datetime.now(UTC) - HOUR, "ends_at": datetime.now(UTC) + HOUR}, True),
    ],
)
async def test_a_code_is_as_live_as_its_promotion(shop: Shop, more: dict[str, Any], live: bool) -> None:
    await shop.code(await shop.promotion(**more), "SUMMER10")

    found = await shop.codes.find("SUMMER10")

    assert found is not None
    assert found.live is live


async def test_a_code_is_one_promotions_alone(shop: Shop) -> None:
    await shop.code(await shop.promotion(), "SUMMER10")

    for promotion in (await shop.promotion(), (await shop.promotion())):
        with pytest.raises(CodeTaken):
            await shop.code(promotion, "SUMMER10")


async def test_a_retired_code_opens_nothing_and_its_word_can_be_used_again(shop: Shop) -> None:
    promotion = await shop.promotion()
    retired = await shop.code(promotion, "SUMMER10")
    await shop.retire(promotion, retired)

    assert await shop.codes.find("SUMMER10") is None
    with pytest.raises(NotFound):
        await shop.book.get(promotion, retired)
    with pytest.raises(NotFound):
        await shop.retire(promotion, retired)
    again = await shop.code(promotion, "SUMMER10")
    found = await shop.codes.find("SUMMER10")
    assert found is not None
    assert found.coupon_code_id == again


async def test_the_word_of_an_archived_promotion_can_be_used_again(shop: Shop) -> None:
    old, new = await shop.promotion(), await shop.promotion()
    await shop.code(old, "SUMMER10")
    async with shop.uow.begin():
        await shop.promotions.remove(old, None)

    await shop.code(new, "SUMMER10")

    found = await shop.codes.find("SUMMER10")
    assert found is not None
    assert (found.promotion_id, found.live) == (new, True)


async def test_a_code_is_shown_without_itself(shop: Shop) -> None:
    promotion = await shop.promotion()
    code = await shop.code(promotion, "SUMMER10", 5)

    shown = await shop.book.get(promotion, code)

    assert (shown.label, shown.max_uses, shown.used) == ("SUM…", 5, 0)
    with pytest.raises(NotFound):
        await shop.book.get(await shop.promotion(), code)
    async with shop.uow.begin():
        assert await shop.book.by_hash(promotion, code_hash(TOKENS, "SUMMER10")) == shown


async def test_a_list_goes_on_where_it_ended_in_both_directions(shop: Shop) -> None:
    promotion, other = await shop.promotion(), await shop.promotion()
    new = [NewCode(IDS.new(), bytes([each]), f"{each}…") for each in range(5)]
    async with shop.uow.begin():
        await shop.book.add_many(promotion, new, 1)
        await shop.book.add_many(other, [NewCode(IDS.new(), b"other", "x…")], 1)
    newest_first = [each.id for each in sorted(new, key=lambda each: each.id, reverse=True)]

    first = await shop.book.page(promotion, 2)
    second = await shop.book.page(promotion, 2, edge=CodeEdge(first.codes[-1].id))
    last = await shop.book.page(promotion, 2, offset=4)
    back = await shop.book.page(promotion, 2, edge=CodeEdge(second.codes[0].id, backwards=True))

    assert [each.id for page in (first, second, last) for each in page.codes] == newest_first
    assert back.codes == first.codes
    assert (first.count, first.before, first.after) == (5, False, True)
    assert (second.before, second.after) == (True, True)
    assert (last.before, last.after) == (True, False)
    assert (back.before, back.after) == (False, True)


async def test_many_codes_are_made_or_none(shop: Shop) -> None:
    promotion = await shop.promotion()
    await shop.code(promotion, "SUMMER10")
    taken = NewCode(IDS.new(), code_hash(TOKENS, "SUMMER10"), "SUM…")

    with pytest.raises(CodeTaken):
        async with shop.uow.begin():
            await shop.book.add_many(promotion, [taken, NewCode(IDS.new(), b"fresh", "f…")], 1)

    assert (await shop.book.page(promotion, 5)).count == 1
