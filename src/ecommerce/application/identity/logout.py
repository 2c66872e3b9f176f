"""Somebody signs out."""

from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.application.identity.ports import EndedSessions, Sessions
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.session import EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Logout:
    """By the session of an access token, by a refresh token (spent or not), or both."""

    session_id: UUID | None = None
    refresh_token: str | None = field(default=None, repr=False)


class LogoutHandler:
    def __init__(self, uow: UnitOfWork, sessions: Sessions, ended: EndedSessions) -> None:
        self._uow = uow
        self._sessions = sessions
        self._ended = ended

    async def __call__(self, command: Logout) -> None:
        """Repeats and unknown tokens change nothing, and nobody is told."""
        over = set() if command.session_id is None else {command.session_id}
        if not over and command.refresh_token is None:
            return
        async with self._uow.begin():
            if command.refresh_token is not None:
                of_token = await self._sessions.find_by_token(token_hash(command.refresh_token))
                over |= set() if of_token is None else {of_token}
            # Sorted, so that two of them never wait for each other.
            await self._sessions.end(sorted(over), EndedBy.LOGOUT)
        self._ended.add(list(over))
