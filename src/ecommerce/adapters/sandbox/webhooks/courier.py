"""Delivers events, signed, a few at a time, until each is taken."""

import asyncio
import hashlib
import hmac
import time

import httpx
import structlog

from ecommerce.adapters.sandbox.state.objects import Objects
from ecommerce.adapters.sandbox.webhooks.endpoints import Endpoint, Endpoints
from ecommerce.adapters.sandbox.webhooks.outbox import Delivery, Outbox

SLOTS = 8
TIMEOUT_SECONDS = 15.0
LONGEST_SLEEP = 30.0
SHORTEST_SLEEP = 0.1

log = structlog.get_logger()


def sign(payload: bytes, secret: str) -> str:
    """The time is always the real one: receivers compare it with their own clock."""
    stamp = int(time.time())
    digest = hmac.new(secret.encode(), b"%d.%b" % (stamp, payload), hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


class Courier:
    def __init__(self, outbox: Outbox, endpoints: Endpoints, objects: Objects) -> None:
        self._outbox = outbox
        self._endpoints = endpoints
        self._objects = objects
        self._wake = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled; what is under way then is tried again by the next process."""
        # Receivers are on this machine: no proxy of the environment's, self-signed certificates are fine.
        async with httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            verify=False,  # noqa: S501
        ) as client:
            try:
                while True:
                    self._wake.clear()
                    self._start_due(client)
                    await self._sleep()
            finally:
                for task in self._under_way.values():
                    task.cancel()
                await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _start_due(self, client: httpx.AsyncClient) -> None:
        free = SLOTS - len(self._under_way)
        if free == 0:
            return
        candidates = self._outbox.due(SLOTS + len(self._under_way))
        for delivery in [one for one in candidates if one.id not in self._under_way][:free]:
            task = asyncio.create_task(self._deliver(client, delivery))
            self._under_way[delivery.id] = task
            task.add_done_callback(lambda _, done=delivery.id: self._finished(done))  # type: ignore[misc]

    def _finished(self, delivery_id: int) -> None:
        del self._under_way[delivery_id]
        self._wake.set()

    async def _sleep(self) -> None:
        next_at = self._outbox.next_at()
        seconds = LONGEST_SLEEP if next_at is None else min(LONGEST_SLEEP, next_at - time.time())
        # What is under way counts as due still, so the least sleep is not none; an end wakes us.
        try:
            # Not wait_for, which swallows a cancellation that comes with the wake-up (Python 3.11).
            async with asyncio.timeout(max(seconds, SHORTEST_SLEEP)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        endpoint = self._endpoints.find(delivery.endpoint_id)
        payload = self._objects.raw(delivery.event_id)
        if endpoint is None or payload is None:
            self._outbox.failed(delivery, "no such endpoint or event")
            return
        try:
            status = await self._post(client, endpoint, payload)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._outbox.failed(delivery, type(error).__name__)
            log.info("sandbox.webhook_failed", event_id=delivery.event_id, error=type(error).__name__)
            return
        if 200 <= status < 300:
            self._outbox.delivered(delivery, str(status))
        else:
            self._outbox.failed(delivery, str(status))
            log.info("sandbox.webhook_refused", event_id=delivery.event_id, status=status)

    async def _post(self, client: httpx.AsyncClient, endpoint: Endpoint, payload: bytes) -> int:
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": sign(payload, endpoint.secret),
            "user-agent": "Stripe/1.0 (ecommerce sandbox)",
        }
        response = await client.post(endpoint.url, content=payload, headers=headers)
        return response.status_code
