"""Parts of the shop die while people buy. `up` starts them again; nobody else does anything."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from redis.asyncio import Redis

from tests.e2e.shop import ADDRESS, Buyer, Shop, confirm, eventually, intent_of

pytestmark = pytest.mark.anyio
SLOW_INTENTS = {"match": {"path": "/v1/payment_intents", "method": "POST"}, "do": "delay", "value": 2.5}


def processes(shop: Shop, part: str) -> set[int]:
    """The root of a part and all below it."""
    root = psutil.Process(shop.facts["pids"][part])
    return {root.pid, *(child.pid for child in root.children(recursive=True))}


async def placed_by(shop: Shop, buyers: list[Buyer]) -> dict[str, int]:
    """How many orders each buyer has, of those who have any."""
    rows = await shop.sql(
        "SELECT email, count(*) FROM sales_order WHERE email = ANY($1) GROUP BY 1",
        [buyer.email for buyer in buyers],
    )
    return {row["email"]: row["count"] for row in rows}


async def some_have_placed(shop: Shop, buyers: list[Buyer], count: int = 5) -> None:
    async def enough() -> bool:
        return len(await placed_by(shop, buyers)) >= count

    await eventually(f"{count} have placed", enough)


async def payable(buyer: Buyer, order: dict[str, Any]) -> None:
    """Where Stripe did not answer in time, the order came without its intent: the page asks for it again."""
    if "client_secret" not in order["payment"]:
        reply = await buyer.open_intent(order)
        assert reply.status_code == 200, reply.text
        order["payment"] = {**order["payment"], **reply.json(), "id": reply.json()["payment_id"]}


async def buy(shop: Shop, buyer: Buyer, sku: str) -> dict[str, Any]:
    """All of it: look around, fill a cart, ask what it costs, place, pay, see that it is paid."""
    listed = await buyer.client.get("/products")
    assert listed.status_code == 200, listed.text
    await buyer.add(sku)
    quote = await buyer.client.post("/cart/quote", json={"shipping_address": ADDRESS}, headers=buyer.headers)
    assert quote.status_code == 200, quote.text
    order: dict[str, Any] = (await buyer.place()).json()
    await payable(buyer, order)
    assert (await confirm(shop, order)).json()["status"] == "succeeded"
    returned = await buyer.sync(order)
    assert returned.json()["status"] == "captured", returned.text
    assert (await buyer.show(order))["payment_status"] == "paid"
    return order


@pytest.mark.parametrize("dying", ["one process", "every process"])
async def test_whoever_was_placing_when_the_api_was_killed_has_one_order(
    faulty_shop: Shop, dying: str
) -> None:
    shop = faulty_shop
    (sku,) = await shop.skus(1)
    client, met = shop.stubborn()
    async with client:
        buyers = [Buyer(client) for _ in range(30)]
        await asyncio.gather(*(buyer.add(sku) for buyer in buyers))
        # Committed here, under way at Stripe, not answered: the worst moment.
        await shop.faults(SLOW_INTENTS)
        placing = asyncio.gather(*(buyer.place() for buyer in buyers))
        await some_have_placed(shop, buyers)
        root = shop.facts["pids"]["api"]
        os.kill(root if dying == "every process" else max(processes(shop, "api") - {root}), signal.SIGKILL)
        await shop.heal()
        replies = await placing

        assert {reply.status_code for reply in replies} <= {200, 201}, [r.text for r in replies]
        assert sum(met.lost.values()) > 0
        assert await placed_by(shop, buyers) == {buyer.email: 1 for buyer in buyers}
        orders = [reply.json() for reply in replies]
        numbers = [order["number"] for order in orders]
        assert await shop.intents(*numbers) == dict.fromkeys(numbers, 1)
        for buyer, order in zip(buyers, orders, strict=True):
            await payable(buyer, order)
            assert (await confirm(shop, order)).json()["status"] == "succeeded"
            assert (await buyer.sync(order)).json()["status"] == "captured"


async def test_in_flight_requests_are_answered_when_the_api_is_told_to_end(faulty_shop: Shop) -> None:
    shop = faulty_shop
    (sku,) = await shop.skus(1)
    client, met = shop.stubborn()
    async with client:
        buyers = [Buyer(client) for _ in range(30)]
        await shop.faults(SLOW_INTENTS)  # slower than the door closes
        buying = asyncio.gather(*(buy(shop, buyer, sku) for buyer in buyers))
        await some_have_placed(shop, buyers)
        os.kill(shop.facts["pids"]["api"], signal.SIGTERM)
        await asyncio.sleep(0.5)
        await shop.heal()
        await buying

    # Who had to ask again had not been heard: nothing had been done for them that they weren't told of.
    assert (met.broken, met.replayed) == (0, 0), met
    assert set(met.refused) <= {"unavailable"}, met
    assert await placed_by(shop, buyers) == {buyer.email: 1 for buyer in buyers}


async def killed_while(shop: Shop, under_way: Callable[[], Awaitable[Any]]) -> None:
    """Kill the worker once the work is under way, and see it come back."""
    worker = shop.facts["pids"]["worker"]
    await eventually("the work is under way", under_way)
    os.kill(worker, signal.SIGKILL)

    async def another() -> bool:
        return bool(shop.facts["pids"]["worker"] != worker)

    await eventually("there is another worker", another)


async def test_a_mail_whose_worker_was_killed_is_sent_once(faulty_shop: Shop) -> None:
    shop = faulty_shop
    async with shop.client() as client:
        buyer = Buyer(client)
        order = await buyer.order(await shop.skus(1))
        await shop.faults({"match": {"path": "/smtp"}, "do": "delay", "value": 8, "times": 1})
        await confirm(shop, order)
        await killed_while(
            shop,
            lambda: shop.sql(
                "SELECT FROM notification WHERE recipient = $1 AND claimed_until > now()", buyer.email
            ),
        )

        mails = await shop.wait_for_mails(buyer.email, 1)

        assert order["number"] in mails[0]["subject"]
        ((status, attempts),) = await shop.sql(
            "SELECT status, attempts FROM notification WHERE recipient = $1", buyer.email
        )
        assert (status, attempts > 1) == ("sent", True)


async def test_a_refund_whose_worker_was_killed_goes_out_once(faulty_shop: Shop) -> None:
    shop = faulty_shop
    async with shop.client() as client:
        buyer = Buyer(client)
        order = await buy(shop, buyer, (await shop.skus(1))[0])
        await shop.faults(
            {"match": {"path": "/v1/refunds", "method": "POST"}, "do": "delay", "value": 2, "times": 1}
        )
        assert (await buyer.cancel(order)).status_code == 200
        await killed_while(
            shop,
            lambda: shop.sql(
                "SELECT FROM outbox JOIN payment p ON p.id = aggregate_id"
                " WHERE kind = 'RefundRequested' AND running_until > now() AND p.order_id = $1",
                order["id"],
            ),
        )

        refunded = await buyer.wait_for(order, "refunded")

        assert [each["status"] for each in refunded["refunds"]] == ["succeeded"]
        made = (await shop.stripe(f"/refunds?payment_intent={intent_of(order)}"))["data"]
        assert len(made) == 1
        await shop.wait_for_mails(buyer.email, 3)


@asynccontextmanager
async def redis_stopped(shop: Shop) -> AsyncIterator[None]:
    """It takes connections, and says nothing."""
    valkey = shop.facts["pids"]["valkey"]
    os.kill(valkey, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(valkey, signal.SIGCONT)


@asynccontextmanager
async def again_and_again(do: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    async def keep_doing() -> None:
        while True:
            await do()
            await asyncio.sleep(0.3)

    doing = asyncio.create_task(keep_doing())
    try:
        yield
    finally:
        doing.cancel()
        with suppress(asyncio.CancelledError):
            await doing


@asynccontextmanager
async def redis_killed(shop: Shop) -> AsyncIterator[None]:
    """Whenever it is back it is killed again."""

    async def kill() -> None:
        with suppress(ProcessLookupError):
            os.kill(shop.facts["pids"]["valkey"], signal.SIGKILL)

    async with again_and_again(kill):
        yield


@asynccontextmanager
async def redis_flushed(shop: Shop) -> AsyncIterator[None]:
    """Again and again it forgets everything."""
    redis = Redis.from_url(shop.facts["redis_url"])

    async def flush() -> None:
        await redis.flushall()

    try:
        async with again_and_again(flush):
            yield
    finally:
        await redis.aclose()


@pytest.mark.parametrize("trouble", [redis_stopped, redis_killed, redis_flushed])
async def test_the_shop_sells_without_redis(
    faulty_shop: Shop, trouble: Callable[[Shop], AbstractAsyncContextManager[None]]
) -> None:
    shop = faulty_shop
    (sku,) = await shop.skus(1)
    client, met = shop.stubborn()
    account = {"email": f"ada-{uuid4().hex[:12]}@example.com", "password": "correct horse battery"}
    async with client:
        signed_in = (await client.post("/auth/register", json=account)).json()
        left_before, leaves = [(await client.post("/auth/login", json=account)).json() for _ in range(2)]
        await sign_out(client, left_before)
        buyers = [Buyer(client) for _ in range(10)]
        async with trouble(shop):
            await sign_out(client, leaves)
            await asyncio.gather(*(buy(shop, buyer, sku) for buyer in buyers))
            await still_signed_in(client, signed_in)
            assert (await client.post("/auth/login", json=account)).status_code == 200
            for tokens in (left_before, leaves):
                await is_signed_out(client, tokens)
            for buyer in buyers:
                await eventually("the confirmation is sent", partial(shop.mails, buyer.email))
        await still_signed_in(client, (await client.post("/auth/login", json=account)).json())
        for tokens in (left_before, leaves):
            await is_signed_out(client, tokens)

    assert (met.lost, met.refused) == ({}, {})
    for buyer in buyers:
        await shop.wait_for_mails(buyer.email, 1)


async def still_signed_in(client: httpx.AsyncClient, tokens: dict[str, str]) -> None:
    me = await client.get("/users/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert me.status_code == 200, me.text
    renewed = await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert renewed.status_code == 200, renewed.text


async def sign_out(client: httpx.AsyncClient, tokens: dict[str, str]) -> None:
    left = await client.post("/auth/logout", json={"refresh_token": tokens["refresh_token"]})
    assert left.status_code == 204, left.text


async def is_signed_out(client: httpx.AsyncClient, tokens: dict[str, str]) -> None:
    """What Redis forgets lets nobody in."""
    me = await client.get("/users/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    renewed = await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert (me.status_code, renewed.status_code) == (401, 401)


async def test_postgres_is_killed_while_people_buy(faulty_shop: Shop) -> None:
    shop = faulty_shop
    (sku,) = await shop.skus(1)
    before = {part: processes(shop, part) for part in ("api", "worker")}
    client, met = shop.stubborn()
    account = {"email": f"ada-{uuid4().hex[:12]}@example.com", "password": "correct horse battery"}
    async with client, shop.client() as plain:
        signed_in = (await client.post("/auth/register", json=account)).json()
        left = (await client.post("/auth/login", json=account)).json()
        await sign_out(client, left)
        buyers = [Buyer(client) for _ in range(20)]
        buying = asyncio.gather(*(buy(shop, buyer, sku) for buyer in buyers))
        await some_have_placed(shop, buyers)
        os.kill(shop.facts["pids"]["postgres"], signal.SIGKILL)
        await eventually("PostgreSQL is back", lambda: answers(shop))
        back = monotonic()
        latecomer = Buyer(plain)

        async def can_buy_again() -> bool:
            reply = await plain.post("/cart/items", json={"sku": sku, "quantity": 1})
            assert reply.status_code in (201, 503), reply.text
            return reply.status_code == 201

        async def can_sign_in_again() -> bool:
            """In either process."""
            reply = await plain.post("/auth/login", json=account)
            statuses = {reply.status_code}
            if reply.status_code == 200:
                token = {"refresh_token": reply.json()["refresh_token"]}
                headers = {"Authorization": f"Bearer {reply.json()['access_token']}"}
                statuses.add((await plain.get("/users/me", headers=headers)).status_code)
                statuses.add((await plain.post("/auth/refresh", json=token)).status_code)
            assert statuses <= {200, 503}, reply.text
            return statuses == {200}

        await eventually("the shop sells again", can_buy_again)
        await eventually("people sign in again", can_sign_in_again)
        assert monotonic() - back < 5
        await still_signed_in(client, signed_in)
        await is_signed_out(client, left)
        await latecomer.add(sku)
        await buying

    assert met.lost == {}
    assert set(met.refused) <= {"unavailable", "concurrent-update", "idempotency-key-in-use"}
    assert met.refused["unavailable"] > 0
    assert {part: processes(shop, part) for part in before} == before
    assert await placed_by(shop, buyers) == {buyer.email: 1 for buyer in buyers}
    await shop.settles()
    for buyer in buyers:
        # One that went out while nobody could write that down may come twice; its id tells receivers so.
        assert len({mail["message_id"] for mail in await shop.mails(buyer.email)}) == 1


async def answers(shop: Shop) -> bool:
    try:
        return bool(await shop.value("SELECT true"))
    except (OSError, asyncpg.PostgresError):
        return False
