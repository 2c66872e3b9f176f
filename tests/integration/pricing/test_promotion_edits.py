"""Staff change a promotion while orders use it: what was claimed is counted, what wasn't is claimed anew."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from ecommerce.application.pricing.contracts import PromotionLedger
from ecommerce.application.pricing.ports import CouponCodeBook
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.records import Records
from ecommerce.domain.shared.kernel import ConcurrentUpdate
from tests.factories.promotion_desk import STAFF, Desk, open_desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


async def claimed(desk: Desk, promotion: str, **more: Any) -> str:
    try:
        await desk.use(promotion, **more)
    except ConcurrentUpdate as error:
        return error.code
    return "claimed"


async def until_somebody_waits(desk: Desk) -> None:
    waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not await desk.factory.rows(waiting):  # noqa: ASYNC110  # the database has no event for us
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("limited", [True, False])
async def test_a_claim_waits_for_an_edit_and_sees_it(desk: Desk, limited: bool) -> None:
    promotion = (await desk.promotion(max_uses=5 if limited else None))["id"]
    async with desk.container({Call: Call()}) as scope:
        uow = await scope.get(UnitOfWork)
        records = await scope.get(Records[PromotionDefinition])
        async with uow.begin():
            held = await records.lock(UUID(promotion))
            await records.replace(held.id, held.version, held.definition)
            claim = asyncio.create_task(claimed(desk, promotion, limited=limited))
            await until_somebody_waits(desk)

    assert await claim == "concurrent-update"
    assert await desk.factory.rows("SELECT FROM promotion_redemption") == []


@pytest.mark.parametrize("max_uses", [5, None])
async def test_a_claim_waits_for_a_code_that_is_retired(desk: Desk, max_uses: int | None) -> None:
    promotion = (await desk.promotion(by_code=True))["id"]
    body = {"code": "SUMMER10", "max_uses": max_uses}
    made = await desk.client.post(f"/admin/promotions/{promotion}/codes", json=body, headers=STAFF)
    code = UUID(made.json()["id"])
    async with desk.container({Call: Call()}) as scope:
        uow = await scope.get(UnitOfWork)
        records, book = await scope.get(Records[PromotionDefinition]), await scope.get(CouponCodeBook)
        async with uow.begin():
            await records.lock(UUID(promotion))
            await book.retire(UUID(promotion), code)
            claim = asyncio.create_task(claimed(desk, promotion, coupon_code_id=code))
            await until_somebody_waits(desk)

    assert await claim == "concurrent-update"


async def test_an_edit_waits_for_a_claim_and_counts_it(desk: Desk) -> None:
    promotion = (await desk.promotion())["id"]
    order = await desk.factory.order()
    use = {"promotion_id": UUID(promotion), "version": 1, "limited": False}
    async with desk.container({Call: Call()}) as scope:
        uow, ledger = await scope.get(UnitOfWork), await scope.get(PromotionLedger)
        async with uow.begin():
            await ledger.claim(order, "USD", [desk.claim_of(**use)], [b"me"])
            edit = asyncio.create_task(desk.put(promotion, max_uses=5, per_customer=3))
            await until_somebody_waits(desk)

    assert (await edit).status_code == 200
    assert tuple(await desk.factory.row("SELECT used FROM promotion")) == (1,)
    assert tuple(await desk.factory.row("SELECT used FROM promotion_customer")) == (1,)


async def test_a_release_that_waited_for_an_edit_gives_back_what_the_edit_counted(desk: Desk) -> None:
    promotion = (await desk.promotion())["id"]
    order = await desk.use(promotion)
    async with desk.container({Call: Call()}) as scope:
        uow = await scope.get(UnitOfWork)
        records = await scope.get(Records[PromotionDefinition])
        async with uow.begin():
            held = await records.lock(UUID(promotion))
            limits = {"max_uses": 5, "per_customer": 5}
            await records.replace(held.id, held.version, desk.changed(held.definition, **limits))
            release = asyncio.create_task(desk.release(order))
            await until_somebody_waits(desk)

    await release
    assert tuple(await desk.factory.row("SELECT used FROM promotion")) == (0,)
    assert tuple(await desk.factory.row("SELECT used FROM promotion_customer")) == (0,)


async def test_an_edit_is_not_kept_waiting_by_orders_without_end(desk: Desk) -> None:
    promotion = (await desk.promotion())["id"]
    orders = iter([await desk.factory.order() for _ in range(300)])
    became: Counter[str] = Counter()
    busy = asyncio.Event()

    async def buy() -> None:
        for order in orders:
            became[await claimed(desk, promotion, order=order, version=1)] += 1
            if became["claimed"] >= 20:
                busy.set()

    buyers = [asyncio.create_task(buy()) for _ in range(8)]
    await busy.wait()
    changed = await desk.put(promotion, max_uses=10_000)
    at_once = became["claimed"]
    await asyncio.gather(*buyers)

    assert changed.status_code == 200, changed.text
    assert became["concurrent-update"] > 0  # it came through before the orders were over
    assert tuple(await desk.factory.row("SELECT used FROM promotion")) == (became["claimed"],)
    assert became["claimed"] <= at_once + 8
