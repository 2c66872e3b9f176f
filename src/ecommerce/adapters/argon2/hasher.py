"""Argon2id in threads of its own, with a bounded queue in front of them."""

import asyncio
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from ecommerce.application.identity.ports import PasswordCheck
from ecommerce.application.shared.rate_limiting import RateLimited

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`memory` in KiB. The default is OWASP's second choice: some 35 ms on a core."""

    time: int = 2
    memory: int = 19 * 1024
    lanes: int = 1


CHEAPEST = Cost(time=1, memory=8)


class Argon2Hasher:
    """`waiting` bounds how many may wait for a thread, `threads` how many cores a login storm can take."""

    def __init__(self, cost: Cost, threads: int | None = None, waiting: int = 64) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.time, memory_cost=cost.memory, parallelism=cost.lanes, type=Type.ID
        )
        # One core stays for everybody who isn't signing in. No lower priority than others have: such a thread
        # is put off while it holds the interpreter's lock, and everybody waits with it (measured: product
        # reads under a storm took several times as long).
        count = threads or max(1, min(2, (os.cpu_count() or 2) - 1))
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="argon2")
        self._room = threading.Semaphore(count + waiting)
        self._dummy = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password))

    async def check(self, password: str, hashed: str | None) -> PasswordCheck:
        return await self._run(lambda: self._check(password, hashed))

    def _check(self, password: str, hashed: str | None) -> PasswordCheck:
        try:
            self._hasher.verify(hashed if hashed is not None else self._dummy, password)
        except (VerificationError, InvalidHashError):
            return PasswordCheck(matches=False)
        if hashed is None:
            return PasswordCheck(matches=False)
        return PasswordCheck(matches=True, stale=self._hasher.check_needs_rehash(hashed))

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise RateLimited("too many people are signing in; try again in a moment", retry_after=1)
        job = self._threads.submit(work)
        # Counted until the thread is done with it, also when the caller has gone away meanwhile.
        job.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(job)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
