"""Whether this process can do its work."""

from typing import Literal, Protocol

import msgspec


class Health(msgspec.Struct, frozen=True):
    """`degraded` sells still; `down` does not. `checks` say `ok`, or what is wrong."""

    status: Literal["ok", "degraded", "down"]
    checks: dict[str, str]


class HealthChecks(Protocol):
    async def look(self) -> Health:
        """Ask everything we depend on, within about a second. Never raises; may be a second old."""
        ...
