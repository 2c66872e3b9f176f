"""A running sandbox with everything that talks to it: the SDK, a plain client, a webhook receiver."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from ecommerce.adapters.sandbox.server import SandboxSettings, serve_sandbox
from ecommerce.adapters.sandbox.web.listener import Listener
from ecommerce.adapters.sandbox.web.messages import Request, Response

SECRET_KEY = "sk_test_0123456789abcdef"
PUBLISHABLE_KEY = "pk_test_0123456789abcdef"
WEBHOOK_SECRET = "whsec_tests"
TOKEN = "sandbox-token"
POLL_SECONDS = 0.01

# The SDK hands its body to httpx in a way that httpx would like to see changed.
MARKS = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Receiver:
    """Takes webhooks, checks their signatures with the SDK, and answers what it was told to."""

    events: list[stripe.Event] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    refused: int = 0

    async def __call__(self, request: Request) -> Response:
        status = self.statuses.pop(0) if self.statuses else 200
        if status != 200:
            self.refused += 1
            return Response(status)
        signature = request.headers["stripe-signature"]
        construct: Any = stripe.Webhook.construct_event
        self.events.append(construct(request.body, signature, WEBHOOK_SECRET))
        return Response(200)

    @property
    def kinds(self) -> list[str]:
        return [event.type for event in self.events]

    async def until(self, kind: str, count: int = 1, seconds: float = 5.0) -> None:
        """Wait for so many events of a kind."""
        async with asyncio.timeout(seconds):
            while self.kinds.count(kind) < count:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)


@dataclass
class World:
    settings: SandboxSettings
    http: httpx.AsyncClient
    sdk: stripe.StripeClient
    receiver: Receiver

    async def control(self, path: str, body: object = None) -> Any:
        response = await self.http.post(f"/_control/{path}", json=body, headers={"X-Sandbox-Token": TOKEN})
        assert response.status_code == 200, response.text
        return response.json()

    async def fault(self, do: str, match: dict[str, str], **rest: float) -> None:
        await self.control("faults", [{"match": match, "do": do, **rest}])

    async def heal(self) -> None:
        response = await self.http.delete("/_control/faults", headers={"X-Sandbox-Token": TOKEN})
        assert response.json() == []

    async def read(self, path: str) -> Any:
        return (await self.http.get(path)).json()

    async def intent(self, amount: int = 1999, currency: str = "usd", **rest: Any) -> stripe.PaymentIntent:
        params: Any = {"amount": amount, "currency": currency, **rest}
        return await self.sdk.v1.payment_intents.create_async(params)

    async def paid(
        self, amount: int = 1999, method: str = "pm_card_visa", **rest: Any
    ) -> stripe.PaymentIntent:
        return await self.intent(amount, payment_method=method, confirm=True, **rest)

    async def quiet(self, seconds: float = 5.0) -> None:
        """Wait until no event is on its way."""
        async with asyncio.timeout(seconds):
            while (await self.read("/_control/state"))["deliveries"]["due"]:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def receiving() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    listener = Listener(receiver)
    port = await listener.start("127.0.0.1", 0)
    try:
        yield receiver, f"http://127.0.0.1:{port}/hook"
    finally:
        await listener.close()


@asynccontextmanager
async def running(settings: SandboxSettings) -> AsyncIterator[None]:
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_sandbox(settings, ready=ready, stop=stop))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        serving.result()
    try:
        yield
    finally:
        stop.set()
        await serving


@asynccontextmanager
async def clients(settings: SandboxSettings, receiver: Receiver) -> AsyncIterator[World]:
    url = f"http://127.0.0.1:{settings.port}"
    transport: Any = stripe.HTTPXClient(verify_ssl_certs=False)  # quicker: no certificates are loaded
    sdk = stripe.StripeClient(
        SECRET_KEY, http_client=transport, base_addresses={"api": url}, max_network_retries=0
    )
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as http:
            yield World(settings, http, sdk, receiver)
    finally:
        await transport.close_async()


def make_settings(data_dir: Path, webhook_url: str | None, **rest: Any) -> SandboxSettings:
    return SandboxSettings(
        port=free_port(),
        smtp_port=free_port(),
        data_dir=data_dir,
        token=TOKEN,
        stripe_secret_key=SECRET_KEY,
        stripe_publishable_key=PUBLISHABLE_KEY,
        webhook_url=webhook_url,
        webhook_secret=WEBHOOK_SECRET,
        **rest,
    )
