"""What somebody would try who wants in, or wants to stay: races of signing in and out, families, carts."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import jwt
import pytest
from dishka import AsyncContainer

from ecommerce.application.identity.change_roles import ChangeRoles, ChangeRolesHandler
from ecommerce.application.identity.set_password import SetPassword, SetPasswordHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.bootstrap.container import build_container
from tests.factories.shop import ShopFactory
from tests.integration.identity.identity_shop import (
    PASSWORD,
    OpenShop,
    an_address,
    bearer,
    register,
    settings_for,
)

pytestmark = pytest.mark.anyio

AUTH, ME = "/api/v1/auth", "/api/v1/users/me"
SYSTEM = Actor.system("cli:test")
LIVE = "SELECT count(*) FROM session WHERE revoked_at IS NULL"
TOKENS = "SELECT count(*) FROM refresh_token WHERE spent_at IS NULL"


@pytest.fixture
async def back_office(database_url: str) -> AsyncIterator[AsyncContainer]:
    """Another process, that staff use."""
    container = build_container(settings_for(database_url))
    yield container
    await container.close()


async def do(container: AsyncContainer, handler: Any, command: Any) -> None:
    async with container({Call: Call()}) as scope:
        await (await scope.get(handler))(command, SYSTEM)


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def login(client: httpx.AsyncClient, email: str, **headers: str) -> httpx.Response:
    return await client.post(f"{AUTH}/login", json={"email": email, "password": PASSWORD}, headers=headers)


async def test_an_old_password_opens_no_session_that_its_change_does_not_end(
    open_shop: OpenShop, database: asyncpg.Connection, back_office: AsyncContainer
) -> None:
    client, email = await open_shop(), an_address()
    await register(client, email)

    new = SetPassword(email=email, password="another good password")
    signing_in = [asyncio.create_task(login(client, email)) for _ in range(50)]
    await asyncio.sleep(0.02)
    await do(back_office, SetPasswordHandler, new)
    statuses = {(await each).status_code for each in signing_in}

    assert statuses <= {200, 401}
    assert await database.fetchval(LIVE) == 0
    assert await database.fetchval(TOKENS) == 0


async def test_no_access_token_has_a_role_that_was_taken_away_before_it_was_given(
    open_shop: OpenShop, database: asyncpg.Connection, back_office: AsyncContainer
) -> None:
    here, email = await open_shop(), an_address()
    await register(here, email)
    await do(back_office, ChangeRolesHandler, ChangeRoles(whose=email, grant=["support"]))

    signing_in = [asyncio.create_task(login(here, email)) for _ in range(50)]
    await asyncio.sleep(0.02)
    await do(back_office, ChangeRolesHandler, ChangeRoles(whose=email, revoke=["support"]))
    answers = [await each for each in signing_in]

    assert {answer.status_code for answer in answers} == {200}
    await asyncio.sleep(1)
    for answer in answers:
        roles = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})["roles"]
        if roles:
            assert (await here.get(ME, headers=bearer(answer.json()))).status_code == 401


async def test_signing_out_wins_against_refreshing_at_the_same_moment(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    here, there = await open_shop(), await open_shop()
    families = [await register(here) for _ in range(20)]

    async def race(family: dict[str, Any], number: int) -> list[dict[str, Any]]:
        token = family["refresh_token"]
        replies = await asyncio.gather(
            refresh(there, token),
            here.post(f"{AUTH}/logout", json={"refresh_token": token}, headers={}),
            refresh(here, token),
            *([here.post(f"{AUTH}/logout", headers=bearer(family))] if number % 2 else []),
        )
        return [reply.json() for reply in replies if reply.status_code == 200]

    given = await asyncio.gather(*(race(each, number) for number, each in enumerate(families)))

    assert await database.fetchval(LIVE) == 0
    assert await database.fetchval(TOKENS) == 0
    await asyncio.sleep(1)
    for client in (here, there):
        for pair in [pair for pairs in given for pair in pairs] + families:
            assert (await refresh(client, pair["refresh_token"])).status_code == 401
            assert (await client.get(ME, headers=bearer(pair))).status_code == 401


async def test_who_copied_a_token_within_its_grace_does_not_stay(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    """Both get the same successor; the later of the two to use it, once its grace is over, ends both."""
    first = (await register(client))["refresh_token"]
    owner, thief = [(await refresh(client, first)).json() for _ in range(2)]
    assert owner["refresh_token"] == thief["refresh_token"]
    owner = (await refresh(client, owner["refresh_token"])).json()
    await database.execute("UPDATE refresh_token SET spent_at = spent_at - interval '11 seconds'")

    caught = await refresh(client, thief["refresh_token"])

    assert (caught.status_code, caught.json()["code"]) == (401, "token-reused")
    for each in (owner, thief):
        assert (await client.get(ME, headers=bearer(each))).status_code == 401
        assert (await refresh(client, each["refresh_token"])).status_code == 401


async def test_the_grace_does_not_begin_again_with_each_use(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    first = (await register(client))["refresh_token"]
    await refresh(client, first)
    for _ in range(3):
        await database.execute("UPDATE refresh_token SET spent_at = spent_at - interval '3 seconds'")
        assert (await refresh(client, first)).status_code == 200
    await database.execute("UPDATE refresh_token SET spent_at = spent_at - interval '3 seconds'")

    assert (await refresh(client, first)).json()["code"] == "token-reused"


async def test_any_spent_ancestor_ends_the_family(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    tokens = [(await register(client))["refresh_token"]]
    for _ in range(4):
        tokens.append((await refresh(client, tokens[-1])).json()["refresh_token"])
    await database.execute("UPDATE refresh_token SET spent_at = spent_at - interval '1 day'")

    assert (await refresh(client, tokens[0])).json()["code"] == "token-reused"
    for token in tokens:
        assert (await refresh(client, token)).status_code == 401
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE kind = 'RefreshTokenReused'") == 1


async def test_a_planted_cart_does_not_open_the_one_of_whoever_signs_in(
    open_shop: OpenShop, database_url: str, database: asyncpg.Connection
) -> None:
    """Session fixation: an attacker's cart token comes along with the victim's sign-in, and leads nowhere."""
    client, email = await open_shop(), an_address()
    mug = await (await ShopFactory(database_url).open()).product("Mug", 1_000, 20)
    victim = await register(client, email)
    items = "/api/v1/cart/items"
    await client.post(items, json={"sku": mug.sku, "quantity": 1}, headers=bearer(victim))
    planted = (await client.post(items, json={"sku": mug.sku, "quantity": 2})).json()["token"]

    signed_in = (await login(client, email, **{"X-Cart-Token": planted})).json()

    mine = (await client.get("/api/v1/cart", headers=bearer(signed_in))).json()
    theirs = (await client.get("/api/v1/cart", headers={"X-Cart-Token": planted})).json()
    assert (mine["item_count"], theirs["item_count"], theirs["id"]) == (3, 0, None)
    # Nor does a token beside credentials choose whose cart is meant.
    other = await register(client)
    both = {**bearer(other), "X-Cart-Token": planted}
    assert (await client.get("/api/v1/cart", headers=both)).json()["item_count"] == 0
    item = mine["items"][0]["id"]
    for headers in ({"X-Cart-Token": planted}, both):
        assert (await client.delete(f"{items}/{item}", headers=headers)).status_code == 404


async def test_stepping_up_is_of_ones_own_session_alone(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    """A password proves who its owner is, not who holds this session; and what has ended stays so."""
    signed_in, other = await register(client), await register(client)
    await database.execute("UPDATE session SET authenticated_at = authenticated_at - interval '1 hour'")
    await client.post(f"{AUTH}/logout", json={"refresh_token": other["refresh_token"]})

    ended = await client.post(f"{AUTH}/step-up", json={"password": PASSWORD}, headers=bearer(other))
    stepped = await client.post(f"{AUTH}/step-up", json={"password": PASSWORD}, headers=bearer(signed_in))

    assert (ended.status_code, stepped.status_code) == (401, 200)
    ages = "SELECT count(*) FROM session WHERE authenticated_at > now() - interval '1 minute'"
    assert await database.fetchval(ages) == 1


async def test_the_address_that_counts_is_not_the_one_that_a_caller_claims(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    client, email = await open_shop(), an_address()
    await register(client, email)
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Original-URL": "/api/v1/admin/tax-zones",
        "X-HTTP-Method-Override": "DELETE",
    }

    assert (await login(client, email, **forged)).status_code == 200

    addresses = await database.fetch("SELECT DISTINCT client_address FROM session")
    assert [row["client_address"] for row in addresses] == ["127.0.0.1"]
    assert (await client.get("/api/v1/products", headers=forged)).json()["results"] == []
