"""What a door knows of the one call it passes on."""

from dataclasses import dataclass, field

from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.idempotency import IdempotencyKey


@dataclass(slots=True)
class Call:
    """Filled by the door, step by step: first where the call comes from, then who is asking.

    The worker and the command line know only an actor. `holds_key` turns true when a transaction of this
    call has committed with a claim on its idempotency key: only then is there a claim to bind or release.
    """

    actor: Actor = field(default_factory=Actor)
    client_address: str = ""
    user_agent: str = ""
    idempotency_key: IdempotencyKey | None = None
    holds_key: bool = False
