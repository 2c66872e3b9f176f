"""Rate limits by GCRA: a bucket is one number, the time at which it will be empty again.

Redis holds the buckets for all processes. A process takes a few tokens of a large bucket at once and deals
them out itself, so that most requests cost no round trip; what it took is never more than the bucket had.

So N processes let through, of one caller in t seconds, at most `limit * (1 + t / 60) + N * (lease - 1)`,
where `lease` is a fiftieth of the limit (one up to a limit of 99): what they took before and deal out only
now. While Redis is away each counts for itself: N times the limit.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ecommerce.adapters.redis.breaker import Breaker
from ecommerce.application.shared.rate_limiting import Rate, Verdict

log = structlog.get_logger("rate_limit")

_PATIENCE = 0.02
_MOST_KEYS = 50_000
# A limit this high is no limit for people: each process counts for itself.
_BEYOND_COUNTING = 100_000
_LEASES_PER_LIMIT = 50

# Times in microseconds. Of the last tokens nobody takes many: they would be missing elsewhere.
# `string.format`, since Lua 5.1 writes a time in them as 1.7e+15.
GCRA = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local each, limit, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local empty_at = tonumber(redis.call('GET', KEYS[1]) or now)
if empty_at < now then empty_at = now end
local free = math.floor((limit * each - (empty_at - now)) / each + 0.000001)
if free < 1 then
  return {0, 0, empty_at - now, empty_at - now + each - limit * each}
end
local taken = math.max(1, math.min(wanted, math.floor(free / 4)))
empty_at = empty_at + taken * each
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil((empty_at - now) / 1000) + 1)
return {taken, free - taken, empty_at - now, 0}
"""


class LocalLimiter:
    """Buckets of this process alone."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._empty_at: dict[str, float] = {}

    async def spend(self, rate: Rate, key: str) -> Verdict:
        return self.spend_now(rate, f"{rate.name}:{key}")

    def spend_now(self, rate: Rate, bucket: str) -> Verdict:
        now, each = self._now(), rate.seconds / rate.limit
        before = max(self._empty_at.get(bucket, 0.0), now)
        after = before + each
        if after - now > rate.seconds + 1e-9:
            wait = after - now - rate.seconds
            return Verdict(False, 0, math.ceil(before - now), math.ceil(wait))
        self._empty_at[bucket] = after
        if len(self._empty_at) > _MOST_KEYS:
            self._forget(now)
        return Verdict(True, int((rate.seconds - (after - now)) / each + 1e-9), math.ceil(after - now))

    def give_back(self, rate: Rate, bucket: str) -> None:
        self._empty_at[bucket] = self._empty_at.get(bucket, 0.0) - rate.seconds / rate.limit

    def _forget(self, now: float) -> None:
        """Drop what is empty; under attack by ever new keys, what has the most left, too."""
        kept = sorted((at, bucket) for bucket, at in self._empty_at.items() if at > now)
        self._empty_at = {bucket: at for at, bucket in kept[-_MOST_KEYS // 2 :]}


@dataclass(slots=True)
class _Share:
    """What this process holds of one bucket: tokens to deal out, or the knowledge that there are none."""

    tokens: int
    remaining: int
    resets_at: float
    refused_until: float = 0.0


class RedisLimiter:
    """Falls back on this process's own buckets while Redis is away, slow or full."""

    def __init__(
        self, redis: Redis, now: Callable[[], float] = monotonic, patience: float = _PATIENCE
    ) -> None:
        self._now = now
        self._patience = patience
        self._redis = redis
        self._script = redis.register_script(GCRA)
        self._breaker = Breaker(now=now)
        self._local = LocalLimiter(now)
        self._shares: dict[str, _Share] = {}
        self._leasing: set[str] = set()

    async def warm(self) -> None:
        """Connect and load the script, so that the first callers needn't wait for it."""
        try:
            await self._redis.script_load(GCRA)
        except (RedisError, OSError) as error:
            log.warning("rate_limit.counting_alone", error=type(error).__name__)

    async def spend(self, rate: Rate, key: str) -> Verdict:
        bucket = f"{rate.name}:{key}"
        now = self._now()
        share = self._shares.get(bucket)
        if share is not None and share.refused_until > now:
            return Verdict(False, 0, _seconds(share.resets_at - now), _seconds(share.refused_until - now))
        # Our own count is the least that there is: what it refuses, all processes together refuse, too.
        # It is what we go by while Redis is away.
        alone = self._local.spend_now(rate, bucket)
        if rate.limit >= _BEYOND_COUNTING or not alone.allowed:
            return alone
        if share is not None and share.tokens:
            share.tokens -= 1
            return Verdict(True, share.remaining + share.tokens, _seconds(share.resets_at - now))
        if not self._breaker.may_ask():
            return alone
        try:
            verdict = await self._ask(rate, bucket)
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.failed():
                log.warning("rate_limit.counting_alone", error=type(error).__name__)
            return alone
        if not verdict.allowed:
            self._local.give_back(rate, bucket)
        return verdict

    async def _ask(self, rate: Rate, bucket: str) -> Verdict:
        # One lease at a time: fifty callers at once must not take fifty leases, and so all that there is.
        leases = bucket not in self._leasing
        wanted = max(1, rate.limit // _LEASES_PER_LIMIT) if leases else 1
        name = b"limit:" + blake2b(bucket.encode(), digest_size=16).hexdigest().encode()
        each = rate.seconds * 1_000_000 / rate.limit
        self._leasing.add(bucket)
        try:
            taken, remaining, full_in, wait = await self._in_time(
                self._script(keys=[name], args=[each, rate.limit, wanted])
            )
        finally:
            if leases:
                self._leasing.discard(bucket)
        self._breaker.answered()
        now = self._now()
        if len(self._shares) > _MOST_KEYS:
            self._shares.clear()
        held = self._shares.get(bucket)
        tokens = (held.tokens if held is not None else 0) + max(0, taken - 1)
        if not taken or tokens:
            self._shares[bucket] = _Share(tokens, remaining, now + full_in / 1e6, now + wait / 1e6)
        if not taken:
            return Verdict(False, 0, _seconds(full_in / 1e6), _seconds(wait / 1e6))
        return Verdict(True, remaining + tokens, _seconds(full_in / 1e6))

    async def _in_time(self, call: Awaitable[Any]) -> Any:
        """Raises `TimeoutError`. A late call is left to its end: cancelled, it would cost its connection."""
        asking = asyncio.ensure_future(call)
        await asyncio.wait([asking], timeout=self._patience)
        if not asking.done():
            asking.add_done_callback(_forget)
            raise TimeoutError
        return asking.result()


def _forget(late: asyncio.Future[Any]) -> None:
    """An error that comes too late is no news, but asyncio complains of one that nobody has looked at."""
    if not late.cancelled():
        late.exception()


def _seconds(interval: float) -> int:
    return max(0, math.ceil(interval))
