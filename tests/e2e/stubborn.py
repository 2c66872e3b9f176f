"""A caller that asks again, with the same key, until there is an answer."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

_PATIENCE = 60.0
_PAUSE = 0.1
# Answers that say: the same again, a moment later.
_AGAIN = {"unavailable", "idempotency-key-in-use", "concurrent-update"}


@dataclass
class Stubborn(httpx.AsyncBaseTransport):
    """Every call that changes something gets an Idempotency-Key of its own, and keeps it.

    `refused` counts what it was told to try again, by code; `lost` the calls that got no answer, by kind;
    `broken` the answers that ended before their end; `replayed` those that had been given before, to nobody.
    Whatever else goes wrong is for the caller to see: a bare 500, a 503 that doesn't say when to come back.
    """

    refused: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    replayed: int = 0

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        self._inner = httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" and "Idempotency-Key" not in request.headers:
            request.headers["Idempotency-Key"] = str(uuid4())
        deadline = time.monotonic() + _PATIENCE
        while True:
            late = time.monotonic() > deadline
            try:
                response = await self._ask(request)
            except httpx.TransportError as error:
                self.lost[type(error).__name__] += 1
                if late:
                    raise
            else:
                code = _cleanly_refused(response)
                if code is None or late:
                    self.replayed += "Idempotent-Replayed" in response.headers
                    return response
                self.refused[code] += 1
            await asyncio.sleep(_PAUSE)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        try:
            await response.aread()
        except httpx.TransportError:
            self.broken += 1
            raise
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _cleanly_refused(response: httpx.Response) -> str | None:
    problem = response.headers.get("Content-Type") == "application/problem+json"
    if response.status_code not in (409, 503) or not problem:
        return None
    code: str = response.json()["code"]
    told_when = response.status_code == 409 or response.headers.get("Retry-After", "").isdigit()
    return code if code in _AGAIN and told_when else None
