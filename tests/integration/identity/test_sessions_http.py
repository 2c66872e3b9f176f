"""Signing in, staying signed in, signing out: over HTTP and a real database."""

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import jwt
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


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def me(client: httpx.AsyncClient, signed_in: dict[str, Any]) -> int:
    return (await client.get("/api/v1/users/me", headers=bearer(signed_in))).status_code


async def age_spent_tokens(database: asyncpg.Connection) -> None:
    await database.execute("UPDATE refresh_token SET spent_at = spent_at - interval '11 seconds'")


async def test_registering_signs_in(client: httpx.AsyncClient) -> None:
    answer = await register(client, "Ada@Example.com", first_name="Ada", phone_number="+1 202 555 0123")
    assert set(answer) == {"user", "access_token", "refresh_token", "token_type", "expires_in"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)
    user = answer["user"]
    assert user["email"] == "Ada@example.com"
    assert user["phone_number"] == "+12025550123"
    assert (user["first_name"], user["last_name"], user["roles"]) == ("Ada", "", [])
    shown = await client.get("/api/v1/users/me", headers=bearer(answer))
    assert shown.status_code == 200
    assert shown.json() == user


async def test_an_address_is_one_account_in_every_spelling(client: httpx.AsyncClient) -> None:
    await register(client, "grace@example.com")
    body = {"email": "GRACE@EXAMPLE.COM", "password": PASSWORD}
    again = await client.post(f"{AUTH}/register", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "email-taken")
    assert (await client.post(f"{AUTH}/login", json=body)).status_code == 200


async def test_fifty_registrations_of_one_address_make_one_account(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    body = {"email": an_address(), "password": PASSWORD}
    replies = await asyncio.gather(*(client.post(f"{AUTH}/register", json=body) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 49
    assert await database.fetchval("SELECT count(*) FROM account") == 1
    assert await database.fetchval("SELECT count(*) FROM session") == 1


async def test_every_fault_of_a_registration_is_told(client: httpx.AsyncClient) -> None:
    body = {"email": "nobody", "password": "password1", "phone_number": "12", "first_name": "a\nb"}
    reply = await client.post(f"{AUTH}/register", json=body)
    assert reply.status_code == 422
    pointers = {fault["pointer"] for fault in reply.json()["errors"]}
    assert pointers == {"/email", "/password", "/phone_number", "/first_name"}


async def test_wrong_and_unknown_are_the_same_answer(client: httpx.AsyncClient) -> None:
    email = an_address()
    await register(client, email)
    headers = {"X-Request-ID": "same"}
    bodies = [
        {"email": email, "password": "not the password"},
        {"email": an_address(), "password": PASSWORD},
        {"email": "not an address", "password": PASSWORD},
    ]
    replies = [await client.post(f"{AUTH}/login", json=body, headers=headers) for body in bodies]
    assert {(reply.status_code, reply.content) for reply in replies} == {(401, replies[0].content)}
    assert replies[0].json()["code"] == "invalid-credentials"


async def test_fifty_refreshes_of_one_token_give_one_successor(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    token = (await register(client))["refresh_token"]
    replies = await asyncio.gather(*(refresh(client, token) for _ in range(50)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["refresh_token"] for reply in replies}) == 1
    assert await database.fetchval("SELECT count(*) FROM refresh_token") == 2
    assert await database.fetchval("SELECT count(*) FROM refresh_token WHERE spent_at IS NULL") == 1


async def test_a_token_used_after_its_grace_ends_the_session(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    signed_in = await register(client)
    pair = (await refresh(client, signed_in["refresh_token"])).json()
    await age_spent_tokens(database)
    reply = await refresh(client, signed_in["refresh_token"])
    assert (reply.status_code, reply.json()["code"]) == (401, "token-reused")
    assert (await refresh(client, pair["refresh_token"])).status_code == 401
    assert await me(client, pair) == 401
    assert await database.fetchval("SELECT count(*) FROM refresh_token WHERE spent_at IS NULL") == 0
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE kind = 'RefreshTokenReused'") == 1


async def test_only_hashes_of_refresh_tokens_are_kept(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    token = (await register(client))["refresh_token"]
    rows = await database.fetch("SELECT refresh_token::text AS row FROM refresh_token")
    assert all(token not in row["row"] and token.encode().hex() not in row["row"] for row in rows)


async def test_an_expired_refresh_token_is_refused(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    token = (await register(client))["refresh_token"]
    await database.execute("UPDATE refresh_token SET expires_at = now()")
    assert (await refresh(client, token)).json()["code"] == "unauthenticated"


async def test_logging_out_ends_the_session_on_every_process(open_shop: OpenShop) -> None:
    here, there = await open_shop(), await open_shop()
    signed_in = await register(here)
    assert await me(there, signed_in) == 200
    reply = await here.post(f"{AUTH}/logout", headers=bearer(signed_in))
    assert (reply.status_code, reply.content) == (204, b"")
    assert await me(here, signed_in) == 401
    await asyncio.sleep(1)
    assert await me(there, signed_in) == 401
    assert (await refresh(there, signed_in["refresh_token"])).json()["code"] == "unauthenticated"


async def test_a_process_that_starts_later_knows_what_ended_before(open_shop: OpenShop) -> None:
    here = await open_shop()
    signed_in = await register(here)
    await here.post(f"{AUTH}/logout", json={"refresh_token": signed_in["refresh_token"]})
    assert await me(await open_shop(), signed_in) == 401


@pytest.mark.parametrize("body", [None, {}, {"refresh_token": "unknown"}])
async def test_logging_out_is_always_204(client: httpx.AsyncClient, body: dict[str, str] | None) -> None:
    for headers in ({}, {"Authorization": "Bearer no.such.token"}, {"Authorization": "Basic eDp5"}):
        reply = await client.post(f"{AUTH}/logout", json=body, headers=headers)
        assert reply.status_code == 204


async def test_signing_in_is_not_hindered_by_a_dead_token(client: httpx.AsyncClient) -> None:
    signed_in = await register(client)
    headers = {"Authorization": "Bearer dead"}
    reply = await client.post(
        f"{AUTH}/refresh", json={"refresh_token": signed_in["refresh_token"]}, headers=headers
    )
    assert reply.status_code == 200
    assert (await client.get("/api/v1/users/me", headers=headers)).status_code == 401


async def test_verifying_tells_whose_a_token_is(client: httpx.AsyncClient) -> None:
    signed_in = await register(client)
    reply = await client.post(f"{AUTH}/verify", json={"token": signed_in["access_token"]})
    told = reply.json()
    assert set(told) == {"active", "sub", "exp", "session_id", "roles"}
    assert (told["active"], told["sub"], told["roles"]) == (True, signed_in["user"]["id"], [])
    assert isinstance(told["exp"], int)
    await client.post(f"{AUTH}/logout", headers=bearer(signed_in))
    for token in (signed_in["access_token"], signed_in["refresh_token"], "x", "a.b.c"):
        reply = await client.post(f"{AUTH}/verify", json={"token": token})
        assert (reply.status_code, reply.json()) == (200, {"active": False})


async def test_stepping_up_moves_auth_time(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    signed_in = await register(client)
    await database.execute("UPDATE session SET authenticated_at = authenticated_at - interval '1 hour'")
    old = (await refresh(client, signed_in["refresh_token"])).json()
    wrong = await client.post(f"{AUTH}/step-up", json={"password": "wrong one"}, headers=bearer(old))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid-credentials")
    right = await client.post(f"{AUTH}/step-up", json={"password": PASSWORD}, headers=bearer(old))
    assert right.status_code == 200
    assert set(right.json()) == {"access_token", "token_type", "expires_in"}
    assert _claims(right.json())["auth_time"] - _claims(old)["auth_time"] >= 3500
    # It stays so: the next refresh doesn't fall back.
    fresh = (await refresh(client, old["refresh_token"])).json()
    assert _claims(fresh)["auth_time"] == _claims(right.json())["auth_time"]


async def test_stepping_up_needs_a_session(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"{AUTH}/step-up", json={"password": PASSWORD})).status_code == 401


async def test_where_addresses_are_verified_nobody_learns_who_has_one(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    client = await open_shop(require_verified_email=True)
    body = {"email": an_address(), "password": PASSWORD}
    first, second = [await client.post(f"{AUTH}/register", json=body) for _ in range(2)]
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.content == second.content
    kinds = await database.fetch("SELECT kind FROM outbox ORDER BY id")
    assert [row["kind"] for row in kinds] == ["AccountRegistered", "RegistrationRepeated"]
    # Until it is verified, signing in would tell just that.
    assert (await client.post(f"{AUTH}/login", json=body)).json()["code"] == "invalid-credentials"
    await database.execute("UPDATE account SET email_verified = true")
    assert (await client.post(f"{AUTH}/login", json=body)).status_code == 200


async def test_attempts_are_counted_for_an_account_and_address(open_shop: OpenShop) -> None:
    client = await open_shop(rate_limits=replace(PLENTY, auth=3))
    email = an_address()
    body = {"email": email, "password": "wrong one"}
    replies = [await client.post(f"{AUTH}/login", json=body) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [401, 401, 401, 429]
    assert replies[-1].json()["code"] == "rate-limited"
    assert int(replies[-1].headers["Retry-After"]) >= 1
    other = await client.post(f"{AUTH}/login", json={**body, "email": an_address()})
    assert other.status_code == 401


def _claims(answer: dict[str, Any]) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(answer["access_token"], options={"verify_signature": False})
    return claims
