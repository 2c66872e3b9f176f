"""What the sandbox is told at start."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """Where the sandbox listens, what it accepts as credentials, and whom it tells about events.

    A port of 0 takes a free one, which only tests want: the 3-D Secure links in stored intents
    carry the port, so a lasting sandbox needs a lasting port.
    """

    host: str = "127.0.0.1"
    port: int
    smtp_port: int
    data_dir: Path
    token: str = field(repr=False)
    stripe_secret_key: str = field(repr=False)
    stripe_publishable_key: str
    webhook_url: str | None = None
    webhook_secret: str = field(repr=False)
    smtp_username: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
