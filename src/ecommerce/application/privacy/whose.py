"""Which account a request is about."""

from dataclasses import dataclass

from ecommerce.application.identity.contracts import EmailRules
from ecommerce.application.privacy.ports import People
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class Whose:
    people: People
    emails: EmailRules

    async def account(self, email: str | None, actor: Actor) -> UserId:
        """The caller's own, or (staff, the command line) that with the address.

        Raises `Unauthenticated`, `Forbidden` and `NotFound`.
        """
        if email is None:
            return actor.require_account()
        actor.require("users:write")
        return await self.people.id_of(self.emails.key(email))
