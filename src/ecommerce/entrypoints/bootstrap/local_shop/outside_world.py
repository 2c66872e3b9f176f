"""The sandbox as a process of its own: its settings come from the environment, as `up` sets them."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from ecommerce.adapters.sandbox.server import SandboxSettings, serve_sandbox
from ecommerce.entrypoints.bootstrap.settings import BadSettings

_LIVE = ("sk_live", "rk_live", "pk_live")


def sandbox_settings(environ: Mapping[str, str]) -> SandboxSettings:
    """Raises `BadSettings` naming all that are missing or malformed. A live key is no key for a sandbox."""
    faults: list[str] = []

    def find(name: str) -> str | None:
        raw = environ.get(f"ECOMMERCE_SANDBOX_{name}", "").strip()
        if raw.startswith(_LIVE):
            faults.append(f"ECOMMERCE_SANDBOX_{name} is a live key: the sandbox takes test keys only")
        return raw or None

    def need(name: str) -> str:
        raw = find(name)
        if raw is None:
            faults.append(f"ECOMMERCE_SANDBOX_{name} is missing (`ecommerce up` sets it)")
        return raw or ""

    def port(name: str) -> int:
        raw = need(name)
        if raw and not raw.isdecimal():
            faults.append(f"ECOMMERCE_SANDBOX_{name} is not usable: {raw!r} is no port")
        return int(raw) if raw.isdecimal() else 0

    settings = SandboxSettings(
        host=find("HOST") or "127.0.0.1",
        port=port("PORT"),
        smtp_port=port("SMTP_PORT"),
        data_dir=Path(need("DATA_DIR")),
        token=need("TOKEN"),
        stripe_secret_key=need("STRIPE_SECRET_KEY"),
        stripe_publishable_key=need("STRIPE_PUBLISHABLE_KEY"),
        webhook_url=find("WEBHOOK_URL"),
        webhook_secret=need("WEBHOOK_SECRET"),
        smtp_username=find("SMTP_USERNAME"),
        smtp_password=find("SMTP_PASSWORD"),
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
