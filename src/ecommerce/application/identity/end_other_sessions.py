"""Somebody signs out everywhere else."""

from ecommerce.application.identity.ports import EndedSessions, Sessions
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.session import EndedBy
from ecommerce.domain.shared.kernel import Unauthenticated


class EndOtherSessionsHandler:
    def __init__(self, uow: UnitOfWork, sessions: Sessions, ended: EndedSessions) -> None:
        self._uow = uow
        self._sessions = sessions
        self._ended = ended

    async def __call__(self, actor: Actor) -> None:
        """Raises `Unauthenticated` for who is signed in without a session, having none to keep."""
        account_id = actor.require_account()
        if actor.session_id is None:
            raise Unauthenticated("only a session has others")
        async with self._uow.begin():
            over = await self._sessions.end_all(account_id, EndedBy.OWNER, keep=actor.session_id)
        self._ended.add(over)
