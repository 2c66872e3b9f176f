"""Argon2 in its threads, and access tokens as time goes by."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ecommerce.adapters.argon2.hasher import CHEAPEST, Argon2Hasher, Cost
from ecommerce.adapters.jwt.access_tokens import JwtAccessTokens
from ecommerce.adapters.jwt.keys import Ed25519KeyMaker, KeyRing
from ecommerce.adapters.system.cipher import AesCipher
from ecommerce.application.identity.ports import AccessClaims, SigningKey
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Unauthenticated
from tests.unit.identity.test_use_cases import KEY, MemoryKeys

pytestmark = pytest.mark.anyio


async def test_a_hash_matches_its_password_alone() -> None:
    hasher = Argon2Hasher(CHEAPEST)
    hashed = await hasher.hash("a password")
    assert hashed.startswith("$argon2id$")
    assert (await hasher.check("a password", hashed)).matches
    assert not (await hasher.check("another", hashed)).matches
    assert not (await hasher.check("a password", None)).matches
    assert not (await hasher.check("a password", "no hash")).matches
    hasher.close()


async def test_old_parameters_are_stale() -> None:
    old, new = Argon2Hasher(CHEAPEST), Argon2Hasher(Cost(time=2, memory=16))
    hashed = await old.hash("a password")
    assert not (await old.check("a password", hashed)).stale
    assert (await new.check("a password", hashed)).stale
    assert not (await new.check("wrong", hashed)).stale
    old.close()
    new.close()


async def test_production_costs_what_owasp_asks() -> None:
    assert (Cost().time, Cost().memory, Cost().lanes) == (2, 19_456, 1)


async def test_who_finds_the_queue_full_is_told_to_come_back() -> None:
    hasher = Argon2Hasher(CHEAPEST, threads=1, waiting=2)
    busy, go = threading.Event(), threading.Event()

    class Stalled:
        def hash(self, _: str) -> str:
            busy.set()
            go.wait(10)
            return ""

    hasher._hasher = Stalled()  # type: ignore[assignment]  # holds the only thread
    jobs = [asyncio.create_task(hasher.hash("x")) for _ in range(3)]
    await asyncio.to_thread(busy.wait, 10)
    with pytest.raises(RateLimited) as refused:
        await hasher.hash("x")
    assert refused.value.retry_after == 1
    # Who leaves the queue makes room; who leaves while the thread works doesn't.
    jobs[0].cancel()
    jobs[2].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    fourth = asyncio.create_task(hasher.hash("x"))
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await hasher.hash("x")
    go.set()
    assert set(await asyncio.gather(jobs[1], fourth)) == {""}
    hasher.close()


class SetClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


async def test_a_token_expires_also_when_it_was_read_before() -> None:
    cipher, clock = AesCipher(KEY), SetClock()
    ring = KeyRing(MemoryKeys(), Ed25519KeyMaker(cipher), cipher)
    tokens = JwtAccessTokens(ring, clock, "iss", "aud")
    issued = int(clock.now().timestamp())
    claims = AccessClaims(
        sub=UserId(uuid4()),
        sid=uuid4(),
        jti=uuid4(),
        iat=issued,
        exp=issued + 600,
        auth_time=issued,
        roles=("admin",),
    )
    token = await tokens.sign(claims)
    assert await tokens.read(token) == claims == await tokens.read(token)
    clock.time += timedelta(seconds=606)
    for _ in range(2):
        with pytest.raises(Unauthenticated, match="expired"):
            await tokens.read(token)
    clock.time -= timedelta(seconds=620)
    with pytest.raises(Unauthenticated):
        await tokens.read(token)


async def test_a_key_of_another_secret_is_no_help_to_a_thief() -> None:
    key = Ed25519KeyMaker(AesCipher(KEY)).make()
    other = AesCipher("another secret key, as long as one")
    ring = KeyRing(MemoryKeys([key]), Ed25519KeyMaker(other), other)
    with pytest.raises(ValueError, match="not decipherable"):
        await ring.signing()


async def test_many_who_ask_for_unknown_keys_share_a_look() -> None:
    class Counting(MemoryKeys):
        loads = 0

        async def load(self) -> list[SigningKey]:
            self.loads += 1
            return await super().load()

    cipher, store = AesCipher(KEY), Counting()
    ring = KeyRing(store, Ed25519KeyMaker(cipher), cipher)
    await ring.signing()
    before = store.loads
    assert set(await asyncio.gather(*(ring.verifying(f"{n}") for n in range(500)))) == {None}
    assert store.loads - before <= 2
