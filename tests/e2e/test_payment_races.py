"""One payment, and many who know of it at once: its money moves once, and is told of once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

import httpx
import pytest

from tests.e2e.shop import Buyer, Shop, confirm

pytestmark = pytest.mark.anyio
MANY = 50
PAID = "payment_intent.succeeded"
WITHHELD = {"match": {"event": "payment_intent.succeeded"}, "do": "withhold"}

Step = Callable[[], Awaitable[None]]


async def test_one_webhook_delivered_fifty_times_pays_once_and_writes_once(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await shop.faults(WITHHELD)
    buyer = Buyer(client)
    order = await buyer.order(await shop.skus(1))
    await confirm(shop, order)
    event = await shop.event(order, PAID)

    replies = await asyncio.gather(*(shop.deliver(client, event) for _ in range(MANY)))

    assert Counter(reply.status_code for reply in replies) == {200: MANY}
    await buyer.wait_for(order, "paid")
    await shop.heal()  # and Stripe itself comes last
    await shop.wait_for_mails(buyer.email, 1)
    assert await shop.facts_of(order) == {"OrderPlaced": 1, "OrderConfirmed": 1, "OrderPaid": 1}


async def test_return_page_webhook_and_reconciler_come_in_every_order_and_at_once(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await shop.faults(WITHHELD)

    async def paid_unheard() -> tuple[Buyer, dict[str, Any]]:
        buyer = Buyer(client)
        order = await buyer.order(await shop.skus(1))
        assert (await confirm(shop, order)).json()["status"] == "succeeded"
        return buyer, order

    def doors(buyer: Buyer, order: dict[str, Any]) -> dict[str, Step]:
        async def page() -> None:
            reply = await buyer.sync(order)
            assert reply.status_code == 200, reply.text
            assert reply.json()["status"] == "captured"

        async def webhook() -> None:
            reply = await shop.deliver(client, await shop.event(order, PAID))
            assert reply.status_code == 200, reply.text
            await buyer.wait_for(order, "paid")

        return {"page": page, "webhook": webhook}

    async def reconcile() -> None:
        done = await asyncio.to_thread(shop.command, "payments", "reconcile")
        assert done.returncode == 0, done.stdout + done.stderr

    every: list[tuple[Buyer, dict[str, Any]]] = []
    # The reconciler takes all that is open: those that it comes to at the same place are looked at together.
    for place in range(3):
        batch = []
        for sequence in (each for each in permutations(("page", "webhook", "-")) if each[place] == "-"):
            buyer, order = await paid_unheard()
            batch.append((doors(buyer, order), sequence))
            every.append((buyer, order))
        for step in range(3):
            if step == place:
                await reconcile()
            else:
                for steps, sequence in batch:
                    await steps[sequence[step]]()
    buyer, order = await paid_unheard()
    every.append((buyer, order))
    at_once = doors(buyer, order)
    await asyncio.gather(reconcile(), *(at_once[name]() for name in ("page", "webhook") for _ in range(5)))
    await shop.heal()

    assert len(every) == 7
    for buyer, order in every:
        shown = await buyer.wait_for(order, "paid")
        assert [each["status"] for each in shown["history"] if each["axis"] == "payment"][-1] == "paid"
        assert (await shop.facts_of(order))["OrderPaid"] == 1
        await shop.wait_for_mails(buyer.email, 1)


async def test_an_order_cancelled_while_it_is_paid_keeps_nobodys_money(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    before = await shop.available(sku)
    buyers = [Buyer(client) for _ in range(20)]
    orders = [await buyer.order([sku]) for buyer in buyers]

    async def pay(order: dict[str, Any]) -> None:
        reply = await confirm(shop, order)
        assert reply.status_code in (200, 400), reply.text  # 400: the intent was cancelled first

    async def cancel(buyer: Buyer, order: dict[str, Any]) -> None:
        reply = await buyer.cancel(order)
        assert reply.status_code == 200, reply.text
        assert reply.json()["status"] == "cancelled"

    await asyncio.gather(*map(pay, orders), *map(cancel, buyers, orders))
    await shop.settles()

    ledger = await shop.ledger()
    for buyer, order in zip(buyers, orders, strict=True):
        shown = await buyer.show(order)
        assert shown["status"] == "cancelled"
        assert (shown["payment_status"], ledger[order["number"]]) in (("unpaid", 0), ("refunded", 0))
    assert await shop.available(sku) == before


async def test_an_order_that_expires_while_it_is_paid_is_one_or_the_other(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (sku,) = await shop.skus(1)
    before = await shop.available(sku)
    buyers = [Buyer(client) for _ in range(20)]
    orders = [await buyer.order([sku]) for buyer in buyers]

    await asyncio.gather(shop.expire_now(*orders), *(confirm(shop, order) for order in orders))
    await shop.settles()

    ends: Counter[tuple[str, str]] = Counter()
    ledger = await shop.ledger()
    for buyer, order in zip(buyers, orders, strict=True):
        shown = await buyer.show(order)
        ends[shown["status"], shown["payment_status"]] += 1
        paid = shown["payment_status"] == "paid"
        assert ledger[order["number"]] == (order["totals"]["total"]["amount"] if paid else 0)
    kept = ends["confirmed", "paid"]
    assert kept + ends["expired", "unpaid"] + ends["expired", "refunded"] == len(orders), ends
    assert await shop.available(sku) == before - kept
