"""Exports and erasures through the door, and by the command line."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner, Result

from ecommerce.entrypoints.cli.app import cli
from tests.factories.counted_shop import CountedShop, counted_shop
from tests.factories.shop import ShopFactory
from tests.factories.till import settings
from tests.integration.identity.identity_shop import PASSWORD, bearer, environment, shop
from tests.integration.privacy.bureau import Bureau, read_zip

pytestmark = pytest.mark.anyio
LIMITS = {
    f"RATE_LIMIT_{name}": "100000"
    for name in "AUTH AUTH_ADDRESS CHECKOUT DEFAULT SEARCH FRESH WEBHOOK".split()
}
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[CountedShop]:
    async with counted_shop(database_url, **LIMITS) as opened:
        yield opened


@pytest.fixture
def client(opened: CountedShop) -> httpx.AsyncClient:
    return opened.client


async def register(client: httpx.AsyncClient, email: str = "ada@example.com") -> dict[str, Any]:
    body = {"email": email, "password": PASSWORD, "first_name": "Ada"}
    reply = await client.post("/auth/register", json=body)
    assert reply.status_code == 201, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def ordered(client: httpx.AsyncClient, url: str, who: dict[str, str]) -> dict[str, Any]:
    """An order of two, to be paid outside."""
    mug = await (await ShopFactory(url).open()).product()
    await client.post("/cart/items", json={"sku": mug.sku, "quantity": 2}, headers=who)
    body = {"shipping_address": ADDRESS, "shipping_option_id": "standard", "payment_method": "manual"}
    reply = await client.post("/orders", json=body, headers={**who, "Idempotency-Key": "one"})
    assert reply.status_code == 201, reply.text
    order: dict[str, Any] = reply.json()
    return order


async def finished(bureau: Bureau) -> None:
    """What the worker does, until nothing is left."""
    for _ in range(3):
        await bureau.connection.execute("UPDATE outbox SET done_at = now() WHERE done_at IS NULL")
        await bureau.send_mails()
        for row in await bureau.connection.fetch(
            "SELECT id FROM privacy_request WHERE kind = 'erasure' AND status IN ('queued', 'running')"
        ):
            try:
                await bureau.erase(row["id"])
            except Exception as error:
                assert "on their way" in str(error), error
        await bureau.let_time_pass()


async def test_an_export_is_asked_for_made_and_fetched(
    client: httpx.AsyncClient, bureau: Bureau, database_url: str
) -> None:
    who = bearer(await register(client))
    await client.post("/users/me/addresses", json=ADDRESS, headers=who)
    order = await ordered(client, database_url, who)
    reply = await client.post("/users/me/export", headers=who)
    asked = reply.json()
    assert (reply.status_code, asked["status"], asked["download_url"]) == (201, "queued", None)
    assert set(asked) == {
        *("id", "status", "failure", "size", "created_at", "finished_at", "expires_at", "download_url")
    }
    again = await client.post("/users/me/export", headers=who)
    assert (again.status_code, again.json()) == (200, asked)

    await bureau.export("ada@example.com")

    shown = (await client.get(f"/users/me/export/{asked['id']}", headers=who)).json()
    assert shown["status"] == "done"
    url = urlsplit(shown["download_url"])
    assert f"{url.scheme}://{url.netloc}" == "http://shop.test"
    fetched = await client.get(shown["download_url"])
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "application/zip")
    assert fetched.headers["cache-control"] == "no-store"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert len(fetched.content) == shown["size"]
    told = read_zip(fetched.content)
    assert told["profile"][0]["email"] == "ada@example.com"
    assert told["addresses"][0]["line1"] == ADDRESS["line1"]
    assert told["orders"][0]["number"] == order["number"]
    assert told["orders"][0]["items"][0]["quantity"] == 2
    assert "password_hash" not in fetched.text
    for forged in (
        shown["download_url"][:-1] + "~",
        shown["download_url"].replace("expires=", "expires=1"),
        shown["download_url"].replace(asked["id"], asked["id"][:-4] + "0000"),
    ):
        refused = await client.get(forged)
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    kept = await bureau.connection.fetchval("SELECT archive FROM privacy_request")
    assert b"ada@example.com" not in kept
    assert b"PK\x03\x04" not in kept


async def test_fifty_who_ask_at_once_get_one_export(client: httpx.AsyncClient, bureau: Bureau) -> None:
    who = bearer(await register(client))
    replies = await asyncio.gather(*(client.post("/users/me/export", headers=who) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [200] * 49 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert await bureau.connection.fetchval("SELECT count(*) FROM privacy_request") == 1
    assert await bureau.connection.fetchval("SELECT count(*) FROM outbox WHERE kind = 'ExportRequested'") == 1


async def test_an_export_of_somebody_else_is_absent(client: httpx.AsyncClient) -> None:
    who, other = bearer(await register(client)), bearer(await register(client, "grace@example.com"))
    asked = (await client.post("/users/me/export", headers=who)).json()
    refused = await client.get(f"/users/me/export/{asked['id']}", headers=other)
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert (await client.post("/users/me/export")).status_code == 401
    assert (await client.delete("/users/me")).status_code == 401


async def test_erasing_closes_the_account_at_once_everywhere(
    client: httpx.AsyncClient, bureau: Bureau, database_url: str
) -> None:
    signed_in = await register(client)
    who = bearer(signed_in)
    async with shop(settings(database_url, **LIMITS)) as elsewhere:
        assert (await elsewhere.get("/api/v1/users/me", headers=who)).status_code == 200
        reply = await client.delete("/users/me", headers=who)
        assert (reply.status_code, reply.json()["status"]) == (202, "queued")
        assert (await client.get("/users/me", headers=who)).status_code == 401
        await asyncio.sleep(1)
        assert (await elsewhere.get("/api/v1/users/me", headers=who)).status_code == 401
    body = {"email": "ada@example.com", "password": PASSWORD}
    request_id = {"X-Request-ID": "same"}
    wrong = await client.post("/auth/login", json={**body, "password": "not this one"}, headers=request_id)
    right = await client.post("/auth/login", json=body, headers=request_id)
    assert (right.status_code, right.content) == (401, wrong.content)
    token = {"refresh_token": signed_in["refresh_token"]}
    assert (await client.post("/auth/refresh", json=token)).status_code == 401
    await finished(bureau)
    assert await bureau.connection.fetchval("SELECT status FROM privacy_request") == "done"
    newcomer = await register(client)
    assert newcomer["user"]["id"] != signed_in["user"]["id"]
    assert (await client.get("/orders", headers=bearer(newcomer))).json()["count"] == 0


async def test_what_was_not_sent_is_cancelled_and_forgotten(
    client: httpx.AsyncClient, bureau: Bureau, database_url: str
) -> None:
    who = bearer(await register(client))
    order = await ordered(client, database_url, who)
    assert (await client.delete("/users/me", headers=who)).status_code == 202
    await finished(bureau)
    row = await bureau.connection.fetchrow("SELECT * FROM sales_order")
    assert row is not None
    assert (row["number"], row["status"], row["total"]) == (
        order["number"],
        "cancelled",
        order["totals"]["total"]["amount"],
    )
    assert await bureau.connection.fetchval("SELECT count(*) FROM stock_reservation") == 0
    assert await bureau.connection.fetchval("SELECT count(*) FROM idempotency_key") == 0
    everything = [
        str(each)
        for table in ("account", "sales_order", "notification", "cart", "address", "session", "outbox")
        for each in await bureau.connection.fetch(f"SELECT t::text FROM {table} t")
    ]
    assert not [each for each in everything if "Lovelace" in each or "ada@" in each or "Square" in each]


async def test_erasing_needs_a_fresh_proof(client: httpx.AsyncClient, bureau: Bureau) -> None:
    signed_in = await register(client)
    await bureau.connection.execute("UPDATE session SET authenticated_at = now() - interval '11 minutes'")
    pair = await client.post("/auth/refresh", json={"refresh_token": signed_in["refresh_token"]})
    stale = bearer(pair.json())
    refused = await client.delete("/users/me", headers=stale)
    assert (refused.status_code, refused.json()["code"]) == (403, "step-up-required")
    fresh = await client.post("/auth/step-up", json={"password": PASSWORD}, headers=stale)
    assert (await client.delete("/users/me", headers=bearer(fresh.json()))).status_code == 202


async def test_the_last_admin_stays(client: httpx.AsyncClient, bureau: Bureau) -> None:
    who = bearer(await register(client))
    await bureau.connection.execute("UPDATE account SET roles = '{admin}'")
    refused = await client.delete("/users/me", headers=who)
    assert (refused.status_code, refused.json()["code"]) == (409, "last-admin")
    assert (await client.get("/users/me", headers=who)).status_code == 200


async def test_parcels_on_their_way_are_named(
    client: httpx.AsyncClient, bureau: Bureau, database_url: str
) -> None:
    who = bearer(await register(client))
    order = await ordered(client, database_url, who)
    await bureau.connection.execute("UPDATE sales_order SET fulfilment_status = 'partially_fulfilled'")
    refused = await client.delete("/users/me", headers=who)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "orders-under-way")
    assert problem["orders"] == [order["number"]]
    await bureau.connection.execute("UPDATE sales_order SET fulfilment_status = 'unfulfilled'")


async def test_nobody_signs_in_beside_the_closing(client: httpx.AsyncClient, bureau: Bureau) -> None:
    who = bearer(await register(client))
    body = {"email": "ada@example.com", "password": PASSWORD}

    async def late_delete() -> httpx.Response:
        await asyncio.sleep(0.15)
        return await client.delete("/users/me", headers=who)

    *logins, closed = await asyncio.gather(
        *(client.post("/auth/login", json=body) for _ in range(40)), late_delete()
    )
    assert closed.status_code == 202
    assert {reply.status_code for reply in logins} <= {200, 401}
    live = await bureau.connection.fetchval("SELECT count(*) FROM session WHERE revoked_at IS NULL")
    assert live == 0


async def test_nothing_is_ordered_beside_the_closing(
    client: httpx.AsyncClient, bureau: Bureau, database_url: str
) -> None:
    mug = await (await ShopFactory(database_url).open()).product()
    body = {"shipping_address": ADDRESS, "shipping_option_id": "standard", "payment_method": "manual"}
    for number in range(6):
        who = bearer(await register(client, f"ada{number}@example.com"))
        await client.post("/cart/items", json={"sku": mug.sku, "quantity": 1}, headers=who)
        placed, closed = await asyncio.gather(
            client.post("/orders", json=body, headers=who), client.delete("/users/me", headers=who)
        )
        assert placed.status_code in (201, 401, 409), placed.text
        assert closed.status_code == 202, closed.text
    await finished(bureau)
    rows = await bureau.connection.fetch("SELECT status, email FROM sales_order")
    assert all(row["status"] == "cancelled" for row in rows), rows
    assert all(row["email"].endswith("@erased.invalid") for row in rows), rows


async def operator(database_url: str, *arguments: str) -> Result:
    env = {**environment(database_url), "ECOMMERCE_SECRET_KEY": "k" * 40}
    return await asyncio.to_thread(lambda: CliRunner().invoke(cli, arguments, env=env))


async def test_staff_export_and_erase_by_the_command_line(
    client: httpx.AsyncClient, bureau: Bureau, database_url: str, tmp_path: Path
) -> None:
    who = bearer(await register(client))
    file = tmp_path / "ada.zip"
    done = await operator(database_url, "users", "export", "ADA@example.com", "--output", str(file))
    assert done.exit_code == 0, done.output
    assert read_zip(file.read_bytes())["profile"][0]["email"] == "ada@example.com"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    unsure = await operator(database_url, "users", "erase", "ada@example.com")
    assert unsure.exit_code == 1
    assert (await client.get("/users/me", headers=who)).status_code == 200
    erased = await operator(database_url, "users", "erase", "ada@example.com", "--yes", "--json")
    assert (erased.exit_code, '"status":"queued"' in erased.stdout) == (0, True), erased.output
    again = await operator(database_url, "users", "erase", "ada@example.com", "--yes")
    assert (again.exit_code, "not-found" in again.stderr) == (1, True)
    missing = await operator(database_url, "users", "export", "nobody@example.com", "--output", str(file))
    assert (missing.exit_code, "not-found" in missing.stderr) == (1, True)
    entries = await bureau.connection.fetch("SELECT actor, action, before, after FROM audit_log ORDER BY id")
    assert [row["action"] for row in entries] == ["privacy.export_asked", "privacy.erasure_asked"]
    assert all(row["actor"].startswith("system:cli:") and row["before"] is None for row in entries)
    listed = await operator(database_url, "users", "list", "--json")
    assert listed.stdout.strip() == "[]"
