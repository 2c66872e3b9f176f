"""GCRA: a bucket that is one number, the time at which it will be empty again."""

import math
from collections.abc import Callable
from time import monotonic

from ecommerce.application.shared.rate_limiting import Rate, Verdict

_MOST_KEYS = 50_000


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

    def _forget(self, now: float) -> None:
        """Drop what is empty; under attack by ever new keys, what has the most left, too."""
        kept = sorted((at, bucket) for bucket, at in self._empty_at.items() if at > now)
        self._empty_at = {bucket: at for at, bucket in kept[-_MOST_KEYS // 2 :]}
