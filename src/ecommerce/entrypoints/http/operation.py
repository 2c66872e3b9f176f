"""What a route declares about itself: who may call it, how often, what it takes and what it may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ecommerce.application.shared.actor import Actor
from ecommerce.domain.shared.kernel import DomainError, Forbidden, Unauthenticated
from ecommerce.entrypoints.http.faults import Refused

OPT = "operation"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a route. Finer rules (whose order is it?) are the use case's."""

    kind: Literal["probe", "open", "public", "guest-or-customer", "customer", "staff"]
    permission: str = ""

    def check(self, actor: Actor, anonymous: bool) -> None:
        """Raises `Unauthenticated` for callers who sent no credentials, `Forbidden` for known ones."""
        if self.kind == "customer" and actor.account_id is None:
            raise _unknown_or_refused(anonymous, "this is for signed-in customers")
        if self.kind == "staff" and self.permission not in actor.permissions and not actor.is_system:
            raise _unknown_or_refused(anonymous, f"this needs the permission {self.permission}")


def _unknown_or_refused(anonymous: bool, detail: str) -> DomainError:
    return Unauthenticated("sign in to do this") if anonymous else Forbidden(detail)


# For probes alone: nobody is identified or counted.
PROBE = Policy("probe")
# For signing in and out: an access token that is no good any more must not be in the way.
OPEN = Policy("open")
PUBLIC = Policy("public")
GUEST_OR_CUSTOMER = Policy("guest-or-customer")
CUSTOMER = Policy("customer")


def staff(permission: str) -> Policy:
    return Policy("staff", permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Kept in a handler's `opt`; the gate, the binding and the OpenAPI document read it."""

    policy: Policy
    name: str
    summary: str
    description: str
    status: int
    rate_limit: str = "default"
    idempotent: bool = False
    cacheable: bool = False
    step_up: bool = False
    also: Mapping[int, str] = field(default_factory=dict)
    raises: tuple[type[DomainError | Refused], ...] = ()
    consumes: str = "application/json"
    produces: str = "application/json"
    max_body: int | None = None
    body: Any = None
    raw_body: str = ""
    query: Any = None
    result: Any = None
    tags: tuple[str, ...] = ()
