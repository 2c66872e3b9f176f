"""Delivers events, signed, a few at a time, until each is taken."""

import asyncio
import hashlib
import hmac
import time
from functools import partial

import structlog

from ecommerce.adapters.sandbox.state.objects import Objects
from ecommerce.adapters.sandbox.webhooks.endpoints import Endpoints
from ecommerce.adapters.sandbox.webhooks.outbox import Delivery, Outbox
from ecommerce.adapters.sandbox.webhooks.sender import PostFailed, Sender

SLOTS = 8
LONGEST_SLEEP = 30.0
SHORTEST_SLEEP = 0.1

log = structlog.get_logger()


def sign(payload: bytes, secret: str) -> str:
    """The time is always the real one: receivers compare it with their own clock."""
    stamp = int(time.time())
    digest = hmac.new(secret.encode(), b"%d.%b" % (stamp, payload), hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def signed_headers(payload: bytes, secret: str) -> dict[str, str]:
    return {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": sign(payload, secret),
        "user-agent": "Stripe/1.0 (ecommerce sandbox)",
    }


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
        async with Sender() as sender:
            try:
                while True:
                    self._wake.clear()
                    self._start_due(sender)
                    await self._sleep()
            finally:
                for task in self._under_way.values():
                    task.cancel()
                await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _start_due(self, sender: Sender) -> None:
        free = SLOTS - len(self._under_way)
        if free == 0:
            return
        candidates = self._outbox.due(SLOTS + len(self._under_way))
        for delivery in [one for one in candidates if one.id not in self._under_way][:free]:
            task = asyncio.create_task(self._deliver(sender, delivery))
            self._under_way[delivery.id] = task
            task.add_done_callback(partial(self._finished, delivery))

    def _finished(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        del self._under_way[delivery.id]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("sandbox.delivery_broke", event_id=delivery.event_id, exc_info=error)
            self._outbox.failed(delivery, "error in the sandbox")
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

    async def _deliver(self, sender: Sender, delivery: Delivery) -> None:
        endpoint = self._endpoints.find(delivery.endpoint_id)
        payload = self._objects.raw(delivery.event_id)
        if endpoint is None or payload is None:
            self._outbox.failed(delivery, "no such endpoint or event")
            return
        try:
            status = await sender.post(endpoint.url, signed_headers(payload, endpoint.secret), payload)
        except PostFailed as error:
            self._outbox.failed(delivery, str(error))
            log.info("sandbox.webhook_failed", event_id=delivery.event_id, error=str(error))
            return
        if 200 <= status < 300:
            self._outbox.delivered(delivery, str(status))
        else:
            self._outbox.failed(delivery, str(status))
            log.info("sandbox.webhook_refused", event_id=delivery.event_id, status=status)
