"""Signing in and out against two API processes: one account, one successor, and out is out."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.shop import Shop, eventually

pytestmark = pytest.mark.anyio
MANY = 50
PASSWORD = "correct horse battery"


def somebody() -> dict[str, str]:
    return {"email": f"ada-{uuid4().hex[:12]}@example.com", "password": PASSWORD}


async def register(client: httpx.AsyncClient) -> dict[str, Any]:
    reply = await client.post("/auth/register", json=somebody())
    assert reply.status_code == 201, reply.text
    signed_in: dict[str, Any] = reply.json()
    return signed_in


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_fifty_registrations_of_one_address_make_one_account(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    account = somebody()

    replies = await asyncio.gather(*(client.post("/auth/register", json=account) for _ in range(MANY)))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: MANY - 1}
    assert await shop.value("SELECT count(*) FROM account WHERE email = $1", account["email"]) == 1


async def test_fifty_refreshes_of_one_token_have_one_successor(shop: Shop, client: httpx.AsyncClient) -> None:
    body = {"refresh_token": (await register(client))["refresh_token"]}

    replies = await asyncio.gather(*(client.post("/auth/refresh", json=body) for _ in range(MANY)))

    assert Counter(reply.status_code for reply in replies) == {200: MANY}
    (successor,) = {reply.json()["refresh_token"] for reply in replies}
    assert (await client.post("/auth/refresh", json={"refresh_token": successor})).status_code == 200


async def test_who_has_signed_out_is_refused_by_every_process_within_a_second(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    """Over many connections: each is one process's for good, and all of them are asked without a break."""
    signed_in = await register(client)
    refused_at: list[float] = []
    async with AsyncExitStack() as stack:
        windows = [await stack.enter_async_context(shop.client()) for _ in range(12)]

        async def look(window: httpx.AsyncClient) -> int:
            return (await window.get("/users/me", headers=bearer(signed_in))).status_code

        assert {await look(window) for window in windows} == {200}
        assert (await client.post("/auth/logout", headers=bearer(signed_in))).status_code == 204
        signed_out = monotonic()

        async def until_refused(window: httpx.AsyncClient) -> None:
            async def is_refused() -> bool:
                return await look(window) == 401

            await eventually("it is refused", is_refused)
            refused_at.append(monotonic() - signed_out)

        await asyncio.gather(*map(until_refused, windows))

        assert max(refused_at) < 1, refused_at
        assert {await look(window) for window in windows} == {401}
    refreshed = await client.post("/auth/refresh", json={"refresh_token": signed_in["refresh_token"]})
    assert refreshed.status_code == 401


async def test_signing_out_wins_against_fifty_refreshes(shop: Shop, client: httpx.AsyncClient) -> None:
    """Whatever they were given on the way is worth nothing afterwards."""
    signed_in = await register(client)
    body = {"refresh_token": signed_in["refresh_token"]}
    asking = [client.post("/auth/refresh", json=body) for _ in range(MANY)]
    asking.insert(MANY // 2, client.post("/auth/logout", json=body))

    replies = await asyncio.gather(*asking)
    left = replies.pop(MANY // 2)

    assert left.status_code == 204
    assert {reply.status_code for reply in replies} <= {200, 401}
    await asyncio.sleep(1)
    for pair in [signed_in, *(reply.json() for reply in replies if reply.status_code == 200)][:5]:
        assert (await client.get("/users/me", headers=bearer(pair))).status_code == 401
        again = await client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]})
        assert again.status_code == 401
