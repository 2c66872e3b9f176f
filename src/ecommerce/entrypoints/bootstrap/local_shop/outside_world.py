"""The sandbox as a process of its own: its settings come from the environment, as `up` sets them."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from ecommerce.adapters.sandbox.server import SandboxSettings, serve_sandbox
from ecommerce.entrypoints.bootstrap.settings import BadSettings

T = TypeVar("T")
_LIVE = ("sk_live", "rk_live", "pk_live")


def sandbox_settings(environ: Mapping[str, str]) -> SandboxSettings:
    """Raises `BadSettings` naming all that are missing or malformed. A live key is no key for a sandbox."""
    faults: list[str] = []

    def read(name: str, parse: Callable[[str], T]) -> T:
        raw = environ.get(f"ECOMMERCE_SANDBOX_{name}", "").strip()
        if not raw:
            faults.append(f"ECOMMERCE_SANDBOX_{name} is missing (`ecommerce up` sets it)")
        elif raw.startswith(_LIVE):
            faults.append(f"ECOMMERCE_SANDBOX_{name} is a live key: the sandbox takes test keys only")
        else:
            try:
                return parse(raw)
            except ValueError as error:
                faults.append(f"ECOMMERCE_SANDBOX_{name} is not usable: {error}")
        return parse("0")

    settings = SandboxSettings(
        host=read("HOST", str),
        port=read("PORT", int),
        smtp_port=read("SMTP_PORT", int),
        data_dir=read("DATA_DIR", Path),
        token=read("TOKEN", str),
        stripe_secret_key=read("STRIPE_SECRET_KEY", str),
        stripe_publishable_key=read("STRIPE_PUBLISHABLE_KEY", str),
        webhook_url=read("WEBHOOK_URL", str),
        webhook_secret=read("WEBHOOK_SECRET", str),
        smtp_username=read("SMTP_USERNAME", str),
        smtp_password=read("SMTP_PASSWORD", str),
    )
    if environ.get("ECOMMERCE_STRIPE_API_KEY", "").startswith(_LIVE):
        faults.append("ECOMMERCE_STRIPE_API_KEY is a live key: the sandbox never runs beside one")
    if environ.get("ECOMMERCE_ENV") == "production":
        faults.append("ECOMMERCE_ENV is production: the sandbox never runs there")
    if faults:
        raise BadSettings(faults)
    return settings


def run_sandbox(environ: Mapping[str, str], ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    settings = sandbox_settings(environ)
    asyncio.run(_serve(settings, ready))


async def _serve(settings: SandboxSettings, ready: Callable[[], None]) -> None:
    stop, listening = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving = asyncio.create_task(serve_sandbox(settings, ready=listening, stop=stop))
    announced = asyncio.create_task(listening.wait())
    await asyncio.wait((serving, announced), return_when=asyncio.FIRST_COMPLETED)
    if announced.done():
        ready()
    announced.cancel()
    await serving
