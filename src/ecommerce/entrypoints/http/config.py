"""What the HTTP door needs to know, made from the settings by bootstrap."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

MEGABYTE = 1_048_576


def to_stdout(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig:
    """`rate_limits` are requests a minute by policy; `write_log` takes one ready line and never blocks.

    Beyond `max_in_flight` requests at once a process answers 503.
    """

    env: Literal["dev", "test", "production"]
    base_url: str
    cursor_key: bytes
    rate_limits: Mapping[str, int]
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    currency: str = "USD"
    currencies: tuple[str, ...] = ("USD",)
    country: str = "US"
    language: str = "en"
    max_body: int = MEGABYTE
    max_in_flight: int = 512
    write_log: Callable[[bytes], None] = to_stdout

    @property
    def is_production(self) -> bool:
        return self.env == "production"
