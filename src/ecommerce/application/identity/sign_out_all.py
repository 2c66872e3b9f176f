"""All sessions of somebody end at once."""

from collections.abc import Sequence
from uuid import UUID

from ecommerce.application.identity.ports import EndedSessions, Sessions
from ecommerce.domain.identity.session import EndedBy
from ecommerce.domain.shared.ids import UserId


class SignOutForGood:
    """The `SignOuts` of an account that is to be erased."""

    def __init__(self, sessions: Sessions, ended: EndedSessions) -> None:
        self._sessions = sessions
        self._ended = ended

    async def end_all(self, account_id: UserId) -> list[UUID]:
        return await self._sessions.end_all(account_id, EndedBy.ERASURE)

    def tell(self, session_ids: Sequence[UUID]) -> None:
        self._ended.add(session_ids)
