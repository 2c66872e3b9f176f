"""Somebody signs out one of their devices."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.identity.ports import EndedSessions, Sessions
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.session import EndedBy
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True)
class EndSession:
    session_id: UUID


class EndSessionHandler:
    def __init__(self, uow: UnitOfWork, sessions: Sessions, ended: EndedSessions) -> None:
        self._uow = uow
        self._sessions = sessions
        self._ended = ended

    async def __call__(self, command: EndSession, actor: Actor) -> None:
        """The one that asks may end itself. Raises `NotFound` also for one that is not theirs, or is over."""
        account_id = actor.require_account()
        async with self._uow.begin():
            if not await self._sessions.end_one(account_id, command.session_id, EndedBy.OWNER):
                raise NotFound("there is no such session")
        self._ended.add([command.session_id])
