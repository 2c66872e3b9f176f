"""Signing keys: made once, published, rotated; and tokens that aren't ours."""

import asyncio
import base64
import json
import time
from typing import Any

import asyncpg
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecommerce.application.identity.rotate_keys import RotateKeysHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.bootstrap.container import build_container
from tests.integration.identity.identity_shop import OpenShop, bearer, register, settings_for

pytestmark = pytest.mark.anyio

ME = "/api/v1/users/me"


async def rotate(database_url: str) -> None:
    container = build_container(settings_for(database_url))
    try:
        async with container({Call: Call()}) as scope:
            handler = await scope.get(RotateKeysHandler)
            await handler(Actor.system("cli:test"))
    finally:
        await container.close()


async def status(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code


async def test_processes_that_start_together_make_one_key(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    shops = [await open_shop() for _ in range(3)]
    await asyncio.gather(*(register(each) for each in shops for _ in range(3)))
    assert await database.fetchval("SELECT count(*) FROM signing_key") == 1


async def test_the_public_key_verifies_what_was_signed(client: httpx.AsyncClient) -> None:
    token = (await register(client))["access_token"]
    reply = await client.get("/.well-known/jwks.json")
    assert reply.headers["Cache-Control"] == "public, max-age=300"
    (key,) = reply.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}
    header = jwt.get_unverified_header(token)
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": key["kid"]}
    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["EdDSA"],
        audience="http://shop.test/api/v1",
        issuer="http://shop.test",
    )
    assert set(claims) == {"iss", "aud", "sub", "exp", "iat", "jti", "sid", "auth_time", "roles"}
    assert claims["exp"] - claims["iat"] == 600


async def test_the_private_key_is_not_kept_in_the_clear(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await register(client)
    kept = await database.fetchval("SELECT private_key FROM signing_key")
    assert len(kept) > 32 + 16
    with pytest.raises(ValueError):
        Ed25519PrivateKey.from_private_bytes(kept)


async def test_rotating_signs_nobody_out(
    open_shop: OpenShop, database_url: str, database: asyncpg.Connection
) -> None:
    here, there = await open_shop(), await open_shop()
    old = await register(here)
    assert await status(there, old["access_token"]) == 200
    await rotate(database_url)
    fresh = await open_shop()
    new = await register(fresh)
    assert _header(new)["kid"] != _header(old)["kid"]
    # Neither knew the new key when it was made, and the newest never saw the old one sign.
    for shop in (here, there, fresh):
        assert await status(shop, new["access_token"]) == 200
        assert await status(shop, old["access_token"]) == 200
    assert len((await here.get("/.well-known/jwks.json")).json()["keys"]) == 2
    entries = await database.fetch("SELECT actor, action FROM audit_log")
    assert [tuple(each) for each in entries] == [("system:cli:test", "identity.signing_key_rotated")]


async def test_forged_key_ids_cost_few_queries(client: httpx.AsyncClient) -> None:
    signed_in = await register(client)
    forged = [_forged(signed_in, header={"kid": f"{n:016x}"}) for n in range(200)]
    begun = time.monotonic()
    assert set(await asyncio.gather(*(status(client, token) for token in forged))) == {401}
    # Each look at the store takes 0.2 s; they share a few.
    assert time.monotonic() - begun < 10
    assert await status(client, signed_in["access_token"]) == 200


@pytest.mark.parametrize(
    "change",
    [
        {"header": {"typ": "JWT"}},
        {"header": {"alg": "none"}},
        {"header": {"alg": "HS256"}},
        {"claims": {"iss": "http://elsewhere.test"}},
        {"claims": {"aud": "http://elsewhere.test"}},
        {"claims": {"roles": ["admin"]}},
    ],
)
async def test_a_changed_token_is_refused(client: httpx.AsyncClient, change: dict[str, Any]) -> None:
    signed_in = await register(client)
    assert await status(client, _altered(signed_in["access_token"], **change)) == 401
    assert await status(client, _forged(signed_in, **change)) == 401


async def test_another_kind_of_token_is_no_access_token(client: httpx.AsyncClient) -> None:
    signed_in = await register(client)
    assert await status(client, signed_in["refresh_token"]) == 401
    for header in ("Bearer", "Bearer ", "Basic eDp5", "Bearer a b", f"Token {signed_in['access_token']}"):
        assert (await client.get(ME, headers={"Authorization": header})).status_code == 401
    lower = {"Authorization": f"bearer {signed_in['access_token']}"}
    assert (await client.get(ME, headers=lower)).status_code == 200
    assert (await client.get(ME, headers=bearer(signed_in))).status_code == 200


def _header(signed_in: dict[str, Any]) -> dict[str, Any]:
    return jwt.get_unverified_header(signed_in["access_token"])


def _altered(token: str, header: Any = None, claims: Any = None) -> str:
    """The same signature over something else."""
    parts = token.split(".")
    for index, changes in enumerate((header, claims)):
        content = json.loads(base64.urlsafe_b64decode(parts[index] + "=="))
        packed = json.dumps(content | (changes or {})).encode()
        parts[index] = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    return ".".join(parts)


def _forged(signed_in: dict[str, Any], header: Any = None, claims: Any = None) -> str:
    """Signed well, by a key that isn't ours."""
    token = signed_in["access_token"]
    content = jwt.decode(token, options={"verify_signature": False}) | (claims or {})
    named = {"typ": "at+jwt", "kid": _header(signed_in)["kid"], **(header or {})}
    named.pop("alg", None)
    return jwt.encode(content, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=named)
