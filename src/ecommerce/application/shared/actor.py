"""Who is asking, and what they may do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden, Unauthenticated

STEP_UP_WINDOW = timedelta(minutes=10)


class StepUpRequired(Forbidden):
    """The caller is known and allowed, but must show who they are again: the last time was too long ago."""

    code = "step-up-required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, a machine or ourselves.

    `label` goes to the audit log (`customer:<id>`, `staff:<id>`, `key:<id>`, `system:cli:<os user>`,
    `guest`). A machine has an API key instead of an account, and is never asked who it is again.
    """

    label: str = "guest"
    account_id: UserId | None = None
    session_id: UUID | None = None
    key_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None
    is_system: bool = False

    @classmethod
    def system(cls, name: str) -> Self:
        """Ourselves: the worker or the command line. It may do everything and needs no step-up."""
        return cls(label=f"system:{name}", is_system=True)

    def require_account(self) -> UserId:
        if self.account_id is None:
            raise Unauthenticated("sign in to do this")
        return self.account_id

    def require(self, permission: str) -> None:
        """Raises `Unauthenticated` for a guest and `Forbidden` for anyone without the permission."""
        if self.is_system or permission in self.permissions:
            return
        if self.key_id is None:
            self.require_account()
        raise Forbidden(f"this needs the permission {permission}")

    def require_fresh(self, now: datetime) -> None:
        """Raises `StepUpRequired` when the caller last proved who they are over ten minutes ago, `Forbidden`
        for a machine: what is stolen with a key must not be able to make further keys, roles or refunds.
        """
        if self.is_system:
            return
        if self.key_id is not None:
            raise Forbidden("this needs a person who has just confirmed who they are; an API key can't do it")
        if self.authenticated_at is None or now - self.authenticated_at > STEP_UP_WINDOW:
            raise StepUpRequired("confirm your password or a code at /auth/step-up, then try again")
