"""The audit log in a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecommerce.application.shared.actor import Actor


@dataclass
class MemoryAuditLog:
    """Each entry: actor, action, target, before, after."""

    entries: list[tuple[str, str, str, Mapping[str, Any] | None, Mapping[str, Any] | None]] = field(
        default_factory=list
    )

    async def record(
        self,
        actor: Actor,
        action: str,
        target: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        self.entries.append((actor.label, action, target, before, after))
