"""Tokens that nobody should believe: each is refused everywhere, nobody is asked about it, nothing breaks.

Most are signed by our own key, so that nothing but what a case is about can be the reason.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm

from ecommerce.adapters.jwt.keys import KeyRing
from ecommerce.entrypoints.bootstrap.container import build_container
from tests.integration.identity.identity_shop import bearer, register, settings_for

pytestmark = pytest.mark.anyio

ME, CART, AUTH = "/api/v1/users/me", "/api/v1/cart", "/api/v1/auth"
Json = dict[str, Any]


def packed(content: bytes | Json | list[Any] | str) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Forger:
    """Has a good token, and (as no forger should) the key that signed it."""

    token: str
    refresh_token: str
    kid: str
    key: Ed25519PrivateKey
    listener: str

    @property
    def header(self) -> Json:
        return {"alg": "EdDSA", "typ": "at+jwt", "kid": self.kid}

    @property
    def claims(self) -> Json:
        claims: Json = json.loads(base64.urlsafe_b64decode(self.token.split(".")[1] + "=="))
        return claims

    def signed(
        self,
        header: Json | bytes | None = None,
        claims: Json | bytes | None = None,
        sign: Callable[[bytes], bytes] | None = None,
    ) -> str:
        """With ours in place of what isn't given. A value of `...` leaves the member out."""
        parts = []
        for own, given in ((self.header, header), (self.claims, claims)):
            content = given
            if not isinstance(given, bytes):
                content = {name: value for name, value in (own | (given or {})).items() if value is not ...}
            assert content is not None
            parts.append(packed(content))
        text = ".".join(parts)
        return f"{text}.{packed((sign or self.key.sign)(text.encode()))}"

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()


def algorithms(forger: Forger) -> dict[str, str]:
    """None, and the public key taken for a secret."""
    pem = forger.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = OKPAlgorithm.to_jwk(forger.key.public_key())
    secrets = {"raw": forger.public, "pem": pem, "jwk": jwk.encode(), "x": json.loads(jwk)["x"].encode()}
    found = {
        f"HS256 with the public key as {name}": forger.signed(
            {"alg": "HS256"}, sign=partial(hmac.digest, secret, digest=hashlib.sha256)
        )
        for name, secret in secrets.items()
    }
    for alg in (
        "none",
        "None",
        "nOnE",
        "",
        "HS256",
        "ES256",
        "RS256",
        "Ed25519",
        "eddsa",
        None,
        1,
        ["EdDSA"],
    ):
        found[f"alg {alg!r}, unsigned"] = forger.signed({"alg": alg}, sign=lambda _: b"")
        found[f"alg {alg!r}, our signature"] = forger.signed({"alg": alg})
    found["no alg"] = forger.signed({"alg": ...})
    return found


def headers(forger: Forger) -> dict[str, str]:
    """Keys by other ways than our own table, and what must be understood or refused."""
    own = Ed25519PrivateKey.generate()
    jwk = json.loads(OKPAlgorithm.to_jwk(own.public_key()))
    found = {}
    for name, value in {
        "jku": f"{forger.listener}/jwks.json",
        "x5u": f"{forger.listener}/cert.pem",
        "x5c": [packed(own.public_key().public_bytes_raw())],
        "jwk": jwk,
    }.items():
        found[f"{name} of the forger's key"] = forger.signed({name: value}, sign=own.sign)
        found[f"{name} and kid of the forger's key"] = forger.signed({name: value, "kid": "x"}, sign=own.sign)
        found[f"{name}, signed by us"] = forger.signed({name: value})
    for kid in (
        ...,
        None,
        "",
        5,
        True,
        [forger.kid],
        {"kid": forger.kid},
        forger.kid.upper() + "x",
        forger.kid + "\0",
        forger.kid + " ",
        "../../../../dev/null",
        "/proc/self/environ",
        "' OR 1=1 --",
        "'; DROP TABLE signing_key; --",
        f"{forger.listener}/key",
        "%00",
        "\ud83d\ude00",
        "x" * 2000,
    ):
        found[f"kid {str(kid)[:30]!r}"] = forger.signed({"kid": kid})
    for name, value in {
        "crit": ["exp"],
        "crit of nothing": [],
        "crit that is no list": "exp",
        "crit of b64": ["b64"],
        "b64": False,
        "zip": "DEF",
        "cty": "JWT",
        "enc": "A256GCM",
    }.items():
        found[name] = forger.signed({name.split()[0]: value})
    found["unencoded"] = forger.signed({"b64": False, "crit": ["b64"]})
    for typ in (..., None, "", "JWT", "jwt", "at+JWT ", "refresh+jwt", "id_token", ["at+jwt"], 1):
        found[f"typ {typ!r}"] = forger.signed({"typ": typ})
    for text in (b"", b"[]", b"1", b"null", b'"at+jwt"', b"{", b"[" * 2500, b"\xff\xfe", b'{"alg":"EdDSA"'):
        found[f"a header of {text[:10]!r}"] = forger.signed(text)
    return found


def claims(forger: Forger) -> dict[str, str]:
    """Who, for whom, and when."""
    now, own = int(time.time()), forger.claims
    wrong: dict[str, list[Any]] = {
        "iss": ["http://evil.test", own["iss"] + "/", [own["iss"]], None, 1, ""],
        "aud": [
            "http://evil.test",
            own["aud"] + "/",
            [own["aud"]],
            [own["aud"], "http://evil.test"],
            [],
            None,
        ],
        "sub": ["nobody", "", None, 1, [own["sub"]], own["sub"] + "0"],
        "sid": ["none", None, 1, [own["sid"]]],
        "jti": ["none", None, 1, []],
        "exp": [now - 60, 0, -1, now + 86_400, 2**31, 2**63, 2**64, now + 60.5, 1e300, True, [now + 60]],
        "iat": [now + 3600, -1, -(2**63), 2**63, own["iat"] + 0.5, str(own["iat"]), 1e300, None, own["exp"]],
        "auth_time": [now + 3600, -1, 2**63, 2**64, str(own["auth_time"]), None, 1.5, [0]],
        "roles": ["admin", {"admin": True}, [1], [["admin"]], None, [None], "", 1],
        "nbf": [now + 3600, 2**63, "soon", None, []],
    }
    wrong["exp"] += [str(own["exp"]), None, own["iat"], own["iat"] - 1]
    found = {
        f"{name} {value!r}": forger.signed(claims={name: value}) for name in wrong for value in wrong[name]
    }
    found |= {f"no {name}": forger.signed(claims={name: ...}) for name in own}
    text = json.dumps(own)
    for name in ("exp", "iat", "auth_time"):
        for value in ("NaN", "Infinity", "-Infinity", "1e999", "9" * 400):
            changed = text.replace(f'"{name}": {own[name]}', f'"{name}": {value}')
            found[f"{name} {value[:12]}"] = forger.signed(claims=changed.encode())
    for raw in (b"", b"[]", b"null", b"1", b"{", b"[" * 2500, b"\xff\xfe", b'{"sub": "\xff"}'):
        found[f"a payload of {raw[:10]!r}"] = forger.signed(claims=raw)
    return found


def shapes(forger: Forger) -> dict[str, str]:
    """The good token, bent."""
    token = forger.token
    header, payload, signature = token.split(".")
    return {
        "nothing": "",
        "dots": "..",
        "many dots": "." * 4000,
        "no signature": f"{header}.{payload}",
        "an empty signature": f"{header}.{payload}.",
        "no header": f".{payload}.{signature}",
        "five parts": f"{token}.{payload}.{signature}",
        "twice": f"{token}.{token}",
        "cut by one": token[:-1],
        "cut by half": token[: len(token) // 2],
        "padded": f"{token}==",
        "padded once": f"{token}=",
        "padded everywhere": f"{header}==.{payload}==.{signature}==",
        "filled up": f"{token}{'=' * 200}",
        "another last letter": token[:-1] + chr(ord(token[-1]) + 1),
        "junk in the signature": f"{header}.{payload}.!{signature}",
        "a space within": f"{header}.{payload}. {signature}",
        "a tab within": f"{header}.{payload}.\t{signature}",
        "something after it": f"{token} x",
        "something before it": f"x {token}",
        "quoted": f'"{token}"',
        "standard base64": f"{header}.{payload}.{signature[:-4]}+/+/",
        "too large": token + "A" * 4096,
        "much too large": "A" * 60_000,
        "letters of another script": f"{token}\u00e9",
        "full width": token.replace("A", "\u00c0"),
        "percent signs": token.replace(".", "%2E"),
        "upper case": token.upper(),
        "reversed": token[::-1],
        "a comma": f"{token},{token}",
        "an API key": "sk_live_0123456789abcdef",
        "a refresh token": forger.refresh_token,
    }


@pytest.fixture
async def forger(client: httpx.AsyncClient, database_url: str) -> AsyncIterator[Forger]:
    signed_in = await register(client)
    container = build_container(settings_for(database_url))
    kid, key = await (await container.get(KeyRing)).signing()
    await container.close()
    asked: list[bytes] = []

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(b"")
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield Forger(signed_in["access_token"], signed_in["refresh_token"], kid, key, f"http://{host}:{port}")
    server.close()
    assert asked == []


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, database_url: str) -> list[Any]:
    """Whoever is called meanwhile, but for our own database and Redis."""
    calls: list[Any] = []
    ours = {urlsplit(database_url).port, 1}
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def noted_connect(self: socket.socket, address: Any) -> None:
        if not (isinstance(address, tuple) and address[1] in ours):
            calls.append(address)
        return connect(self, address)

    def noted_look_up(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if port not in ours:
            calls.append((host, port))
        return look_up(host, port, *rest, **more)

    monkeypatch.setattr(socket.socket, "connect", noted_connect)
    monkeypatch.setattr(socket, "getaddrinfo", noted_look_up)
    return calls


@pytest.mark.parametrize("kind", [algorithms, headers, claims, shapes])
async def test_a_hostile_token_is_refused_and_nobody_is_asked_about_it(
    client: httpx.AsyncClient,
    forger: Forger,
    called: list[Any],
    kind: Callable[[Forger], dict[str, str]],
) -> None:
    tokens = kind(forger)

    async def answers(token: str) -> tuple[Any, ...]:
        sent = [(b"Authorization", b"Bearer " + token.encode("latin-1", "replace"))]
        guarded, optional = await client.get(ME, headers=sent), await client.get(CART, headers=sent)
        told: Any = {"active": False}
        if 0 < len(token) <= 4096:
            told = (await client.post(f"{AUTH}/verify", json={"token": token})).json()
        spent = await client.post(f"{AUTH}/refresh", json={"refresh_token": token[:4000] or "x"})
        refreshed = 401 if token == forger.refresh_token else spent.status_code
        return guarded.status_code, optional.status_code, told, refreshed

    given = dict(zip(tokens, await asyncio.gather(*map(answers, tokens.values())), strict=True))

    believed = {
        name: answer for name, answer in given.items() if answer != (401, 401, {"active": False}, 401)
    }
    assert believed == {}
    assert called == []
    assert (await client.get(ME, headers=bearer({"access_token": forger.signed()}))).status_code == 200


async def test_of_two_authorization_headers_none_is_believed(
    client: httpx.AsyncClient, forger: Forger
) -> None:
    good, bad = (b"Authorization", f"Bearer {forger.token}".encode()), (b"Authorization", b"Bearer x")
    also = (b"authorization", good[1])

    for sent in ([good, bad], [bad, good], [good, good], [good, also], [good, (good[0], b"")]):
        for path in (ME, CART):
            assert (await client.get(path, headers=sent)).status_code == 401
    assert (await client.get(ME, headers=[good])).status_code == 200


async def test_other_secrets_are_no_access_tokens(client: httpx.AsyncClient, forger: Forger) -> None:
    """Nor is an access token any of them."""
    for name in ("Authorization", "X-Cart-Token", "X-Order-Token"):
        for value in (forger.token, forger.refresh_token, f"Bearer {forger.refresh_token}"):
            answer = await client.get(ME, headers={name: value})
            assert answer.status_code == 401, (name, value[:10])
    refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": forger.token})
    assert (refreshed.status_code, refreshed.json()["code"]) == (401, "unauthenticated")
    await client.post(f"{AUTH}/logout", json={"refresh_token": forger.token})
    assert (await client.get(ME, headers=bearer({"access_token": forger.token}))).status_code == 200
