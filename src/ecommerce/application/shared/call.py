"""What a door knows of the one call it passes on."""

from dataclasses import dataclass, field

from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.idempotency import IdempotencyKey


@dataclass(slots=True)
class Call:
    """Filled by the door, step by step: first where the call comes from, then who is asking.

    The worker and the command line know only an actor.
    """

    actor: Actor = field(default_factory=Actor)
    client_address: str = ""
    user_agent: str = ""
    idempotency_key: IdempotencyKey | None = None
