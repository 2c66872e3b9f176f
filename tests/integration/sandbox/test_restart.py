"""Nothing accepted is lost by a kill at any moment."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from ecommerce.adapters.sandbox.server import SandboxSettings
from tests.integration.sandbox.sandbox_world import MARKS, Receiver, World, clients, make_settings, receiving

pytestmark = MARKS


@asynccontextmanager
async def process(settings: SandboxSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    values = {
        "PORT": settings.port,
        "SMTP_PORT": settings.smtp_port,
        "DATA_DIR": settings.data_dir,
        "TOKEN": settings.token,
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_PUBLISHABLE_KEY": settings.stripe_publishable_key,
        "WEBHOOK_URL": settings.webhook_url,
        "WEBHOOK_SECRET": settings.webhook_secret,
    }
    environment = os.environ | {f"ECOMMERCE_SANDBOX_{name}": str(value) for name, value in values.items()}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ecommerce.adapters.sandbox", env=environment
    )
    try:
        async with asyncio.timeout(15), httpx.AsyncClient(trust_env=False, verify=False) as http:
            while not await answers(http, settings.port):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def answers(http: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://127.0.0.1:{port}/_control/state")).status_code == 200
    except httpx.TransportError:
        return False


async def pay(world: World, number: int) -> str | None:
    """The intent that Stripe said was paid; None where the kill came before the answer."""
    try:
        paid = await world.paid(1000 + number)
    except stripe.APIConnectionError:
        return None
    intent_id: str = paid.id
    return intent_id


async def test_all_that_was_answered_survives_a_kill(tmp_path: Path) -> None:
    async with receiving() as (receiver, url):
        settings = make_settings(tmp_path, url)
        async with process(settings) as child, clients(settings, receiver) as world:
            await world.control("clock", {"advance_seconds": 86400})
            await world.fault("withhold", {"event": "payment_intent.created"})
            payments = asyncio.gather(*(pay(world, number) for number in range(100)))
            while len(receiver.events) < 20:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            child.send_signal(signal.SIGKILL)
            paid = [intent for intent in await payments if intent is not None]

        async with process(settings), clients(settings, receiver) as world:
            await check(world, receiver, paid)


async def check(world: World, receiver: Receiver, paid: list[str]) -> None:
    ledger = {row["payment_intent"]: row["amount"] for row in await world.read("/_control/stripe/ledger")}
    assert paid
    assert set(paid) <= set(ledger)
    assert len(set(ledger.values())) == len(ledger)
    state = await world.read("/_control/state")
    assert state["clock"]["offset_seconds"] == 86400
    assert state["deliveries"]["withheld"] >= len(paid)
    await world.heal()
    async with asyncio.timeout(20):
        while told_of(receiver) < set(ledger):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await world.intent(500)


def told_of(receiver: Receiver) -> set[str]:
    events: list[Any] = [event for event in receiver.events if event.type == "payment_intent.succeeded"]
    return {event.data.object.id for event in events}


async def test_a_missing_setting_is_named() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ecommerce.adapters.sandbox", stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await child.communicate()
    assert child.returncode == 1
    assert b"ECOMMERCE_SANDBOX_TOKEN" in complaint


async def test_a_taken_port_or_folder_is_an_error(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, None)
    async with process(settings):
        other = make_settings(tmp_path / "other", None)
        with pytest.raises(OSError):
            async with process_in_loop(other, settings.port):
                pass


@asynccontextmanager
async def process_in_loop(settings: SandboxSettings, port: int) -> AsyncIterator[None]:

    from tests.integration.sandbox.sandbox_world import running

    async with running(replace(settings, port=port)):
        yield
