"""Staff or the command line help somebody who lost device and recovery codes."""

from dataclasses import dataclass

from ecommerce.application.identity.mfa_ports import SecondFactors
from ecommerce.application.identity.ports import EmailAddresses, EndedSessions, Sessions
from ecommerce.application.identity.second_factor import MfaRecord
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.session import EndedBy
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetMfa:
    email: str


class ResetMfaHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        factors: SecondFactors,
        sessions: Sessions,
        emails: EmailAddresses,
        ended: EndedSessions,
        record: MfaRecord,
    ) -> None:
        self._uow = uow
        self._factors = factors
        self._sessions = sessions
        self._emails = emails
        self._ended = ended
        self._record = record

    async def __call__(self, command: ResetMfa, actor: Actor) -> None:
        """Removes the second factor, and ends all sessions: whoever has the device may have one.

        Raises `Forbidden`, and `NotFound` for an unknown account and for one without a second factor.
        """
        actor.require("users:write")
        async with self._uow.begin():
            held = await self._factors.hold(self._emails.key(command.email) or "")
            if held.totp is None or not held.totp.enabled:
                raise NotFound("this account has no second factor")
            await self._factors.remove(held.account.id)
            over = await self._sessions.end_all(held.account.id, EndedBy.STAFF)
            await self._record.removed(actor, held.account.id, by_staff=True)
        self._ended.add(over)
