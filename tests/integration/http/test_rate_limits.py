"""Limits over several processes, and alone."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from redis.asyncio import Redis

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.adapters.redis.breaker import Breaker
from ecommerce.adapters.redis.connection import connect
from ecommerce.adapters.redis.rate_limit import LocalLimiter, RedisLimiter
from ecommerce.application.shared.rate_limiting import Rate
from tests.conftest import free_port

pytestmark = pytest.mark.anyio
PATIENT = 5.0


@pytest.fixture
async def redis(valkey_server: EmbeddedValkey) -> AsyncIterator[Redis]:
    client = Redis.from_url(valkey_server.url)
    yield client
    await client.flushdb()
    await client.aclose()


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_four_processes_share_one_limit(redis: Redis) -> None:
    processes = [RedisLimiter(redis, patience=PATIENT) for _ in range(4)]

    for limit in (1, 10, 60, 600):
        rate = Rate(f"limit-{limit}", limit, 3600)
        allowed = 0
        for _ in range(limit):  # all four at once, again and again
            verdicts = await asyncio.gather(*(process.spend(rate, "somebody") for process in processes))
            allowed += sum(verdict.allowed for verdict in verdicts)
        assert allowed == limit


async def test_a_burst_does_not_lease_the_bucket_empty(redis: Redis) -> None:
    limiter, rate = RedisLimiter(redis, patience=PATIENT), Rate("burst", 600, 3600)

    burst = await asyncio.gather(*(limiter.spend(rate, "somebody") for _ in range(50)))
    later = [await limiter.spend(rate, "somebody") for _ in range(600)]

    assert all(verdict.allowed for verdict in burst)
    assert sum(verdict.allowed for verdict in later) == 550


async def test_leased_tokens_are_not_lost_on_somebody_slow(redis: Redis) -> None:
    time = Time()
    limiter, rate = RedisLimiter(redis, now=time, patience=PATIENT), Rate("slow", 600, 3600)

    allowed = 0
    for _ in range(600):
        allowed += (await limiter.spend(rate, "somebody")).allowed
        time.now += 1.1  # by this process's clock; Redis, with its own, fills nothing up meanwhile

    assert allowed == 600


async def test_processes_together_let_through_no_more_than_leases_allow(redis: Redis) -> None:
    """The worst there is: all have leased, wait until the bucket is full again, and deal out then."""
    processes = [RedisLimiter(redis, patience=PATIENT) for _ in range(4)]
    rate = Rate("worst", 200, 1)
    lease = rate.limit // 50
    for process in processes:
        await process.spend(rate, "somebody")
    await asyncio.sleep(1.1)

    began, allowed = monotonic(), 0
    while monotonic() - began < 0.5:
        verdicts = await asyncio.gather(*(process.spend(rate, "somebody") for process in processes))
        allowed += sum(verdict.allowed for verdict in verdicts)
    seconds = monotonic() - began

    assert rate.limit <= allowed <= rate.limit * (1 + seconds) + len(processes) * (lease - 1)


async def test_what_is_left_and_when_is_told(redis: Redis) -> None:
    limiter = RedisLimiter(redis, patience=PATIENT)
    rate = Rate("auth", 3)

    verdicts = [await limiter.spend(rate, "somebody") for _ in range(4)]

    assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0]
    assert verdicts[0].reset == 20
    assert not verdicts[3].allowed
    assert verdicts[3].retry_after == 20
    assert (await limiter.spend(rate, "another")).allowed


async def test_a_refused_caller_costs_no_round_trip(redis: Redis) -> None:
    limiter = RedisLimiter(redis, patience=PATIENT)
    rate = Rate("auth", 1)
    await limiter.spend(rate, "somebody")
    await limiter.spend(rate, "somebody")
    await redis.aclose()
    await redis.flushdb()  # nothing there would refuse any more

    assert not (await limiter.spend(rate, "somebody")).allowed


async def test_knocking_on_a_closed_door_does_not_keep_it_closed(redis: Redis) -> None:
    limiter = RedisLimiter(redis, patience=PATIENT)
    rate = Rate("auth", 10, 1)

    for _ in range(200):
        await limiter.spend(rate, "somebody")
    await asyncio.sleep(0.35)

    assert (await limiter.spend(rate, "somebody")).allowed


async def test_keys_are_not_kept_in_the_clear_or_for_ever(redis: Redis) -> None:
    before = set(await redis.keys())  # what an earlier test has started may still write
    await RedisLimiter(redis, patience=PATIENT).spend(Rate("auth", 3), "192.0.2.1")

    names = {name for name in await redis.keys("limit:*") if name not in before}
    assert names
    assert not any(b"192" in name for name in names)
    for name in names:
        assert 0 < await redis.pttl(name) <= 60_000


async def test_without_redis_each_process_counts_and_soon_does_not_ask() -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}")
    limiter = RedisLimiter(away)

    verdicts = [await limiter.spend(Rate("default", 5), "somebody") for _ in range(6)]

    assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False]
    await away.aclose()


async def test_a_full_redis_does_not_stop_the_shop(redis: Redis) -> None:
    limiter = RedisLimiter(redis, patience=PATIENT)
    await redis.config_set("maxmemory", 1)
    try:
        assert (await limiter.spend(Rate("default", 5), "somebody")).allowed
    finally:
        await redis.config_set("maxmemory", 0)


def test_a_bucket_fills_at_its_rate() -> None:
    time = Time()
    limiter = LocalLimiter(time)
    rate = Rate("auth", 6)

    taken = [limiter.spend_now(rate, "a").allowed for _ in range(7)]
    time.now += 10
    later = [limiter.spend_now(rate, "a").allowed for _ in range(2)]

    assert taken == [True] * 6 + [False]
    assert later == [True, False]


def test_many_callers_do_not_fill_the_memory() -> None:
    limiter = LocalLimiter(Time())

    for number in range(60_000):
        limiter.spend_now(Rate("default", 600), str(number))

    assert len(limiter._empty_at) <= 50_000


def test_a_breaker_lets_one_try_after_its_rest() -> None:
    time = Time()
    breaker = Breaker(failures=2, rest=1.0, now=time)

    breaker.failed()
    assert breaker.may_ask()
    breaker.failed()
    assert not breaker.may_ask()
    time.now += 1.1
    assert [breaker.may_ask(), breaker.may_ask()] == [True, False]
    breaker.answered()
    assert breaker.may_ask()
