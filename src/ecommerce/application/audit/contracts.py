"""Who changed what: every change by staff, the command line or a job, with the state before and after."""

from collections.abc import Mapping
from typing import Any, Protocol

from ecommerce.application.shared.actor import Actor


class AuditLog(Protocol):
    async def record(
        self,
        actor: Actor,
        action: str,
        target: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        """Append one entry. Only inside a unit of work: the entry stands or falls with the change.

        `action` is past tense behind its context (`identity.roles_granted`), `target` names one thing
        (`account:<id>`). Before and after are JSON values, only what changed; None where there was nothing
        before, or is nothing after. Never a secret, and nothing personal: people are named by their ids and
        what they typed is left out, since an entry can't be changed any more, not even to forget somebody.
        """
        ...
