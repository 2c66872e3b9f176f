"""Where somebody is signed in: over HTTP and a real database."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.integration.identity.identity_shop import (
    PASSWORD,
    PLENTY,
    OpenShop,
    an_address,
    bearer,
    register,
)

pytestmark = pytest.mark.anyio

AUTH = "/api/v1/auth"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36"
)


async def login(client: httpx.AsyncClient, email: str, **more: Any) -> dict[str, Any]:
    agent = {"User-Agent": more.pop("user_agent")} if "user_agent" in more else {}
    body = {"email": email, "password": PASSWORD, **more}
    reply = await client.post(f"{AUTH}/login", json=body, headers=agent)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def refresh(client: httpx.AsyncClient, signed_in: dict[str, Any]) -> httpx.Response:
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": signed_in["refresh_token"]})


async def listed(client: httpx.AsyncClient, signed_in: dict[str, Any]) -> list[dict[str, Any]]:
    reply = await client.get(f"{AUTH}/sessions", headers=bearer(signed_in))
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["results"]
    return found


async def current(client: httpx.AsyncClient, signed_in: dict[str, Any]) -> str:
    return next(str(each["id"]) for each in await listed(client, signed_in) if each["current"])


async def me(client: httpx.AsyncClient, signed_in: dict[str, Any]) -> int:
    return (await client.get("/api/v1/users/me", headers=bearer(signed_in))).status_code


async def test_a_person_sees_where_they_are_signed_in(client: httpx.AsyncClient) -> None:
    email = an_address()
    here = await register(client, email)
    await login(client, email, device_name="Laptop", user_agent=CHROME)
    reply = await client.get(f"{AUTH}/sessions", headers=bearer(here))
    assert reply.headers["Cache-Control"] == "no-store"
    page = reply.json()
    assert (page["count"], page["next"], page["previous"]) == (2, None, None)
    laptop, first = page["results"]
    assert set(laptop) == {
        "id", "device_name", "user_agent", "address", "created_at", "last_seen_at", "current",
    }  # fmt: skip
    assert laptop["device_name"] == "Laptop"
    assert laptop["user_agent"] == {"browser": "Chrome", "os": "Windows", "device": None}
    assert laptop["address"]
    assert (laptop["current"], first["current"], first["device_name"]) == (False, True, None)
    assert laptop["created_at"].endswith("Z")


async def test_refreshing_is_being_seen(client: httpx.AsyncClient) -> None:
    here = await register(client)
    (before,) = await listed(client, here)
    assert (await refresh(client, here)).status_code == 200
    (after,) = await listed(client, here)
    assert after["last_seen_at"] > before["last_seen_at"]
    assert after["created_at"] == before["created_at"]


async def test_a_device_is_signed_out_on_every_process(open_shop: OpenShop) -> None:
    one, two = await open_shop(), await open_shop()
    email = an_address()
    here = await register(one, email)
    there = await login(two, email)
    assert await me(two, there) == 200
    session_id = await current(two, there)
    reply = await one.delete(f"{AUTH}/sessions/{session_id}", headers=bearer(here))
    assert (reply.status_code, reply.content) == (204, b"")
    assert await me(one, there) == 401
    await asyncio.sleep(1)
    assert await me(two, there) == 401
    assert (await refresh(two, there)).json()["code"] == "unauthenticated"
    assert (await me(one, here), await me(two, here)) == (200, 200)
    assert [each["current"] for each in await listed(one, here)] == [True]
    again = await one.delete(f"{AUTH}/sessions/{session_id}", headers=bearer(here))
    assert again.status_code == 404


async def test_all_others_are_signed_out(open_shop: OpenShop) -> None:
    one, two = await open_shop(), await open_shop()
    email = an_address()
    here, stranger = await register(one, email), await register(one)
    others = [await login(one, email) for _ in range(3)]
    reply = await one.delete(f"{AUTH}/sessions", headers=bearer(here))
    assert (reply.status_code, reply.content) == (204, b"")
    assert [await me(one, each) for each in others] == [401] * 3
    await asyncio.sleep(1)
    assert [await me(two, each) for each in [*others, here, stranger]] == [401] * 3 + [200] * 2
    assert (await refresh(one, here)).status_code == 200
    assert (await one.delete(f"{AUTH}/sessions", headers=bearer(here))).status_code == 204


async def test_the_session_that_asks_may_end_itself(client: httpx.AsyncClient) -> None:
    here = await register(client)
    session_id = await current(client, here)
    assert (await client.delete(f"{AUTH}/sessions/{session_id}", headers=bearer(here))).status_code == 204
    assert await me(client, here) == 401


async def test_a_session_of_another_is_absent(client: httpx.AsyncClient) -> None:
    ada, grace = await register(client), await register(client)
    hers = await current(client, grace)
    headers = {**bearer(ada), "X-Request-ID": "same"}
    foreign = await client.delete(f"{AUTH}/sessions/{hers}", headers=headers)
    absent = await client.delete(f"{AUTH}/sessions/{uuid4()}", headers=headers)
    assert foreign.status_code == absent.status_code == 404
    without = [{**each.json(), "instance": ""} for each in (foreign, absent)]
    assert without[0] == without[1]
    assert (await refresh(client, grace)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_strangers_are_asked_to_sign_in(client: httpx.AsyncClient, method: str) -> None:
    assert (await client.request(method, f"{AUTH}/sessions")).status_code == 401
    assert (await client.delete(f"{AUTH}/sessions/{uuid4()}")).status_code == 401


@pytest.mark.parametrize("everywhere", [True, False])
async def test_an_ended_session_never_gets_a_live_token(
    client: httpx.AsyncClient, database: asyncpg.Connection, everywhere: bool
) -> None:
    email = an_address()
    here = await register(client, email)
    for _ in range(8):
        there = await login(client, email)
        target = f"{AUTH}/sessions" if everywhere else f"{AUTH}/sessions/{await current(client, there)}"
        *refreshed, ended = await asyncio.gather(
            *(refresh(client, there) for _ in range(8)),
            client.delete(target, headers=bearer(here)),
        )
        assert ended.status_code == 204
        assert {each.status_code for each in refreshed} <= {200, 401}
        for each in refreshed:
            if each.status_code == 200:
                assert (await refresh(client, each.json())).status_code == 401
                assert await me(client, each.json()) == 401
    live = """
    SELECT count(*) FROM refresh_token t JOIN session s ON s.id = t.session_id
    WHERE t.spent_at IS NULL AND s.revoked_at IS NOT NULL
    """
    assert await database.fetchval(live) == 0
    assert (await refresh(client, here)).status_code == 200


async def test_fifty_spellings_registered_at_once_make_one_account(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    spellings = [
        "josé.straße@bücher.example",
        "jose\u0301.straße@bücher.example",
        "JOSÉ.STRASSE@BÜCHER.example",
        "josé.strasse@xn--bcher-kva.example",
        "ｊｏｓé.strasse@Bu\u0308cher.EXAMPLE",
    ]
    replies = await asyncio.gather(
        *(
            client.post(f"{AUTH}/register", json={"email": spellings[n % 5], "password": PASSWORD})
            for n in range(50)
        )
    )
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 49
    assert await database.fetchval("SELECT count(*) FROM account") == 1
    winner = next(n for n, reply in enumerate(replies) if reply.status_code == 201)
    kept = await database.fetchval("SELECT email FROM account")
    assert replies[winner].json()["user"]["email"] == kept
    for spelling in spellings:
        await login(client, spelling)


@pytest.mark.parametrize(
    "email", ["p\u0430ypal@example.com", "ada\u202e@example.com", "ada\r\nBcc: x@example.com"]
)
async def test_addresses_that_deceive_are_refused(client: httpx.AsyncClient, email: str) -> None:
    reply = await client.post(f"{AUTH}/register", json={"email": email, "password": PASSWORD})
    assert reply.status_code == 422
    assert [fault["pointer"] for fault in reply.json()["errors"]] == ["/email"]


async def test_a_known_device_signs_in_whatever_strangers_behind_its_address_do(open_shop: OpenShop) -> None:
    client = await open_shop(rate_limits=type(PLENTY)(auth=3, auth_address=100_000, default=100_000))
    email = an_address()
    body = {"email": email, "password": PASSWORD}
    reply = await client.post(f"{AUTH}/register", json=body, headers={"User-Agent": CHROME})
    assert reply.status_code == 201
    guesses = [
        (await client.post(f"{AUTH}/login", json={**body, "password": "a guess"})).status_code
        for _ in range(4)
    ]
    assert guesses == [401, 401, 429, 429]
    await login(client, email, user_agent=CHROME)
