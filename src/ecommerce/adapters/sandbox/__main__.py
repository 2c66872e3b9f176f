"""Runs the sandbox alone: `python -m ecommerce.adapters.sandbox`, told by ECOMMERCE_SANDBOX_*."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from ecommerce.adapters.sandbox.server import SandboxSettings, serve_sandbox

PREFIX = "ECOMMERCE_SANDBOX_"
REQUIRED = (
    "PORT",
    "SMTP_PORT",
    "DATA_DIR",
    "TOKEN",
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "WEBHOOK_SECRET",
)


def read_settings(environment: Mapping[str, str]) -> SandboxSettings:
    """Raises `SystemExit` naming all that is missing."""
    missing = [PREFIX + name for name in REQUIRED if not environment.get(PREFIX + name)]
    if missing:
        sys.exit(f"missing settings: {', '.join(missing)}")
    values = {name: environment[PREFIX + name] for name in REQUIRED}
    return SandboxSettings(
        host=environment.get(f"{PREFIX}HOST", "127.0.0.1"),
        port=int(values["PORT"]),
        smtp_port=int(values["SMTP_PORT"]),
        data_dir=Path(values["DATA_DIR"]),
        token=values["TOKEN"],
        stripe_secret_key=values["STRIPE_SECRET_KEY"],
        stripe_publishable_key=values["STRIPE_PUBLISHABLE_KEY"],
        webhook_url=environment.get(f"{PREFIX}WEBHOOK_URL") or None,
        webhook_secret=values["WEBHOOK_SECRET"],
        smtp_username=environment.get(f"{PREFIX}SMTP_USERNAME") or None,
        smtp_password=environment.get(f"{PREFIX}SMTP_PASSWORD") or None,
    )


async def run(settings: SandboxSettings) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await serve_sandbox(settings, stop=stop)


if __name__ == "__main__":
    asyncio.run(run(read_settings(os.environ)))
