"""What it costs to be somebody: to sign in, to go on, to be recognised; and what a storm of it costs others.

`python -m bench.signing_in` measures this alone.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from uuid import uuid4

from bench.buyers import API, Offer, expect, look_around
from bench.client import Connection, request
from bench.figures import Cost, Latency, SigningIn, cost_of, typical
from bench.load import WrongAnswer, connect
from bench.processes import Meter, Parts
from bench.shop import Shop, opened

PASSWORD = "correct horse battery"
_LOGINS, _REFRESHES, _REQUESTS = 40, 200, 600
_ROUNDS = 5
# A second: product reads, and sign-ins in the storm. Calm and storm take turns, so many seconds each.
READS, STORM = 100, 50
_TURNS, _CALM, _STORMY = 2, 2.5, 2.5
# Callers who wait for their turn to be hashed, and those who look at products.
_WINDOWS, _READERS = 160, 8
Ask: TypeAlias = Callable[[Connection], Awaitable[None]]


async def measure(shop: Shop, offer: Offer) -> SigningIn:
    (one,) = await connect(shop.origin, 1)
    body = {"email": f"bench-{uuid4().hex[:12]}@example.com", "password": PASSWORD}
    registered = expect(await one.send(request("POST", f"{API}/auth/register", body)), 201).json
    login = request("POST", f"{API}/auth/login", body)
    logins = [await _timed(one, login) for _ in range(_LOGINS)]
    refreshes = await _refreshes(one, registered["refresh_token"])
    one.close()
    readers = await connect(shop.origin, _READERS)  # not before: idle connections are closed
    anonymous, recognised = await _recognised(shop, readers, offer, registered["access_token"])
    calm, stormy, answered = await _storm(shop, readers, request("GET", offer.detail_path), login)
    for each in readers:
        each.close()
    return SigningIn(
        anonymous,
        recognised,
        Latency.of(logins),
        Latency.of(refreshes),
        Latency.of(calm),
        Latency.of(stormy),
        answered,
    )


async def _storm(
    shop: Shop, readers: Sequence[Connection], read: bytes, login: bytes
) -> tuple[list[float], list[float], dict[int, int]]:
    """What product reads take without and under it, and how its sign-ins were answered."""
    windows = await connect(shop.origin, _WINDOWS)
    answered: Counter[int] = Counter()

    async def look(connection: Connection) -> None:
        expect(await connection.send(read), 200)

    async def sign_in(connection: Connection) -> None:
        status = (await connection.send(login)).status
        if status not in (200, 429):
            raise WrongAnswer(f"{status} instead of a session")
        answered[status] += 1

    calm: list[float] = []
    stormy: list[float] = []
    for _ in range(_TURNS):
        calm += await _paced(readers, READS, _CALM, look)
        storm = asyncio.create_task(_paced(windows, STORM, _STORMY + 0.25, sign_in))
        await asyncio.sleep(0.25)
        stormy += await _paced(readers, READS, _STORMY, look)
        await storm  # the last of them have waited for their turn
    for each in windows:
        each.close()
    return calm, stormy, dict(answered)


async def _timed(connection: Connection, raw: bytes) -> float:
    began = time.perf_counter()
    expect(await connection.send(raw), 200)
    return time.perf_counter() - began


async def _refreshes(connection: Connection, token: str) -> list[float]:
    """A chain: each spends what the one before it was given."""
    seconds = []
    for _ in range(_REFRESHES):
        raw = request("POST", f"{API}/auth/refresh", {"refresh_token": token})
        began = time.perf_counter()
        answer = expect(await connection.send(raw), 200)
        seconds.append(time.perf_counter() - began)
        token = answer.json["refresh_token"]
    return seconds


async def _recognised(
    shop: Shop, connections: Sequence[Connection], offer: Offer, access_token: str
) -> tuple[Cost, Cost]:
    """CPU of a product's page, in turns without and with an access token."""
    with_token = {"Authorization": f"Bearer {access_token}"}
    asked = [request("GET", offer.detail_path), request("GET", offer.detail_path, headers=with_token)]
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for _ in range(_ROUNDS):
        for raw, found in zip(asked, costs, strict=True):
            meter, began = Meter(Parts(shop.parts.server, shop.parts.postgres)), time.perf_counter()
            for _ in range(_REQUESTS // len(connections)):
                answers = await asyncio.gather(*(each.send(raw) for each in connections))
                for answer in answers:
                    expect(answer, 200)
            done = _REQUESTS // len(connections) * len(connections)
            found.append(cost_of(meter.read(), done, done / (time.perf_counter() - began)))
    return typical(costs[0]), typical(costs[1])


async def _paced(connections: Sequence[Connection], rate: int, seconds: float, ask: Ask) -> list[float]:
    """So many a second whether or not those before are answered. Each counts from when it was due."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for each in connections:
        free.put_nowait(each)
    took: list[float] = []
    began = time.perf_counter()

    async def one(number: int) -> None:
        due = began + number / rate
        await asyncio.sleep(due - time.perf_counter())
        connection = await free.get()
        try:
            await ask(connection)
        finally:
            free.put_nowait(connection)
        took.append(time.perf_counter() - due)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    return took


def written(found: SigningIn) -> str:
    more = found.recognised.server - found.anonymous.server
    told = ", ".join(f"{times} were answered {status}" for status, times in sorted(found.answered.items()))
    return f"""\
## Signing in

- A product's page costs {found.anonymous.answer:.2f} ms of CPU, and {found.recognised.answer:.2f} ms when \
who asks is signed in: {more * 1000:+.0f} us in the server.
- Signing in takes {found.login.p50:.1f} ms (p99 {found.login.p99:.1f}), nearly all of it Argon2; \
a refresh {found.refresh.p50:.1f} ms (p99 {found.refresh.p99:.1f}).
- Under {STORM} sign-ins a second ({told}), {READS} product reads a second have a p99 of \
{found.stormy.p99:.1f} ms instead of {found.calm.p99:.1f}: **{found.storm:.2f} times** \
(p50: {found.stormy.p50:.1f} instead of {found.calm.p50:.1f}).
"""


async def _alone(shop: Shop) -> SigningIn:
    (first,) = await connect(shop.origin, 1)
    offer = await look_around(first)
    first.close()
    return await measure(shop, offer)


if __name__ == "__main__":
    with opened(1000) as one:
        print(written(asyncio.run(_alone(one))))
