"""What a shop of real processes knows of a person, hands out, forgets, and never writes into its logs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from redis.asyncio import from_url

from ecommerce.entrypoints.bootstrap.local_shop import kept
from tests.e2e.shop import ADDRESS, Shop, confirm, eventually, staff
from tests.integration.privacy.bureau import read_zip
from tests.integration.privacy.looking import where_is

pytestmark = pytest.mark.anyio

# In everything that a person types, or their device tells.
MARK = "zq7canary"
EMAIL = f"{MARK}.mail@example.com"
PASSWORD = f"{MARK} horse battery"
HOME = {
    **ADDRESS,
    "first_name": f"{MARK}-first",
    "last_name": f"{MARK}-last",
    "company": f"{MARK}-company",
    "line1": f"{MARK}-line1",
    "line2": f"{MARK}-line2",
    "city": f"{MARK}-city",
}


@pytest.fixture
async def browser(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client() as client:
        client.headers["User-Agent"] = f"{MARK}-agent/1.0"
        yield client


async def answered(reply: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert reply.status_code in statuses, reply.text
    told: dict[str, Any] = reply.json() if reply.content else {}
    return told


async def live(shop: Shop, browser: httpx.AsyncClient) -> list[str]:
    """Everything that a customer does, right and wrong; every secret that they were given."""
    registered = await answered(
        await browser.post(
            "/auth/register",
            json={
                "email": EMAIL,
                "password": PASSWORD,
                "first_name": f"{MARK}-first",
                "last_name": f"{MARK}-last",
                "phone_number": "+442079460958",
            },
        ),
        201,
    )
    for wrong in (
        {"email": EMAIL, "password": f"{MARK} wrong"},
        {"email": f"{MARK}@nowhere.example.com", "password": PASSWORD},
        {"email": EMAIL, "password": PASSWORD, "nonsense": MARK},
        {"email": f"{MARK}", "password": ""},
    ):
        await answered(await browser.post("/auth/login", json=wrong), 401, 422)
    signed_in = await answered(
        await browser.post(
            "/auth/login", json={"email": EMAIL, "password": PASSWORD, "device_name": f"{MARK}-phone"}
        ),
        200,
    )
    browser.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
    await answered(await browser.post("/users/me/addresses", json=HOME), 201)
    await answered(await browser.get(f"/orders/{MARK}"), 404)
    await answered(await browser.get("/products", params={"ordering": MARK}), 422)
    for number, method in enumerate(("stripe", "manual")):
        (sku,) = await shop.skus(1)
        await answered(await browser.post("/cart/items", json={"sku": sku, "quantity": 2}), 201)
        order = await answered(
            await browser.post(
                "/orders",
                json={
                    "shipping_address": HOME,
                    "shipping_option_id": "standard",
                    "payment_method": method,
                    "note": f"{MARK}-note",
                },
                headers={"Idempotency-Key": f"{MARK}-{number}"},
            ),
            201,
        )
        if method == "stripe":
            await pay_and_refund(shop, browser, order)
    await answered(await browser.post("/cart/items", json={"sku": sku, "quantity": 1}), 201)
    await answered(await browser.patch("/cart", json={"email": EMAIL, "shipping_address": HOME}), 200)
    return [
        registered["refresh_token"],
        registered["access_token"],
        signed_in["refresh_token"],
        signed_in["access_token"],
    ]


async def pay_and_refund(shop: Shop, browser: httpx.AsyncClient, order: dict[str, Any]) -> None:
    await confirm(shop, order)

    async def is_paid() -> bool:
        shown = (await browser.get(f"/orders/{order['number']}")).json()
        return bool(shown["payment_status"] == "paid")

    await eventually("it is paid", is_paid)
    async with shop.client() as clerk:
        body = {
            "amount": {"amount": 100, "currency": order["currency"]},
            "reason": "other",
            "note": f"{MARK}-staff-note",
        }
        headers = {**await staff(shop, clerk), "Idempotency-Key": f"{MARK}-refund"}
        path = f"/admin/orders/{order['number']}/refunds"
        await answered(await clerk.post(path, json=body, headers=headers), 201)


async def exported(browser: httpx.AsyncClient) -> str:
    """Made by a worker, fetched by its link; returns the link."""
    asked = await answered(await browser.post("/users/me/export"), 201)

    async def done() -> Any:
        shown = (await browser.get(f"/users/me/export/{asked['id']}")).json()
        return shown if shown["status"] == "done" else None

    view = await eventually("the export is made", done)
    async with httpx.AsyncClient() as nobody:
        fetched = await nobody.get(view["download_url"])
    told = read_zip(fetched.content)
    assert told["profile"][0]["email"] == EMAIL
    assert len(told["orders"]) == 2
    assert told["addresses"][0]["line1"] == HOME["line1"]
    assert f"{MARK}-phone" in json.dumps(told["sessions"])
    assert MARK in json.dumps(told["carts"])
    assert MARK in json.dumps(told["notifications"])
    link: str = view["download_url"]
    return link


def logged(folder: Path) -> list[str]:
    """Every line of API and workers."""
    files = [
        each
        for each in folder.rglob("*.log")
        if any(word in each.name for word in ("api", "worker", "extra"))
    ]
    assert len(files) >= 3, [each.name for each in folder.rglob("*")]
    return [line for each in files for line in each.read_text().splitlines()]


async def in_redis(url: str) -> list[str]:
    """Keys and values that hold the mark."""
    redis: Any = from_url(url)
    found = []
    async for key in redis.scan_iter():
        value = await redis.dump(key)
        kind = (await redis.type(key)).decode()
        plain: Any = value
        if kind == "string":
            plain = await redis.get(key)
        elif kind == "hash":
            plain = await redis.hgetall(key)
        elif kind == "list":
            plain = await redis.lrange(key, 0, -1)
        elif kind == "zset":
            plain = await redis.zrange(key, 0, -1)
        if MARK in f"{key!r} {plain!r}".lower():
            found.append(repr(key))
    await redis.aclose()
    return found


async def test_a_person_who_is_erased_is_nowhere_any_more(shop: Shop, browser: httpx.AsyncClient) -> None:
    secrets = await live(shop, browser)
    secrets.append(await exported(browser))
    await shop.settles()  # every mail about the orders is out
    connection = await asyncpg.connect(shop.facts["database_url"])
    secret_key = kept.load(shop.data_dir).environment["ECOMMERCE_SECRET_KEY"]
    known = set().union(*(await where_is(connection, [MARK.encode()], secret_key)).values())
    assert {
        "account.email",
        "sales_order.shipping_address",
        "notification.context",
        "session.user_agent",
    } < known
    assert "idempotency_key.answer" in known

    asked = await answered(await browser.delete("/users/me"), 202)

    assert (await browser.get("/users/me")).status_code == 401
    again = {"email": EMAIL, "password": PASSWORD}
    assert (await browser.post("/auth/login", json=again)).status_code == 401

    async def only_the_subject() -> bool:
        found = await where_is(connection, [MARK.encode()], secret_key)
        return set().union(*found.values()) == {"privacy_request.subject"}

    # It waits for the mails of what was cancelled; the schedule takes it up each minute at the latest.
    await shop.run_job("privacy.resume_privacy")
    await eventually("it is erased", only_the_subject, 75)
    subjects = {mail["subject"] for mail in await shop.mails(EMAIL)}
    assert any("closed" in subject for subject in subjects), subjects
    await connection.execute(
        "UPDATE privacy_request SET created_at = created_at - interval '12 minutes' WHERE id = $1",
        asked["id"],
    )

    async def done() -> bool:
        await shop.run_job("privacy.resume_privacy")
        await asyncio.sleep(0.5)
        status = await connection.fetchval("SELECT status FROM privacy_request WHERE id = $1", asked["id"])
        return bool(status == "done")

    await eventually("it looks again", done)
    assert await where_is(connection, [MARK.encode()], secret_key) == {}
    await connection.close()
    assert await in_redis(shop.facts["redis_url"]) == []
    lines = await asyncio.to_thread(logged, shop.data_dir)
    assert all(isinstance(json.loads(line), dict) for line in lines)
    leaks = [line for line in lines if MARK in line.lower() or any(secret in line for secret in secrets)]
    assert leaks == []
    assert not [line for line in lines if "79460958" in line or "SW1A" in line]
    assert any("http.request" in line for line in lines)
