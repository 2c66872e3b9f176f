"""Sessions as their owner sees them, over those in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from ecommerce.adapters.memory.identity import MemorySessions
from ecommerce.application.identity.devices import SessionPage, SessionPosition, SessionRecord, UserAgent
from ecommerce.domain.identity.session import KNOWN_FOR
from ecommerce.domain.shared.ids import UserId


@dataclass
class MemorySessionQueries:
    sessions: MemorySessions

    async def of_account(
        self, account_id: UserId, size: int, position: SessionPosition | None, offset: int, most: int
    ) -> SessionPage:
        live = sorted(
            (each for each in self.sessions.records.values() if self._goes_on(each, account_id)),
            key=lambda each: (each.created_at, each.id),
            reverse=True,
        )
        found, backwards = live[offset:], position is not None and position.backwards
        if position is not None:
            edge = (position.created_at, position.session_id)
            found = [
                each
                for each in live
                if ((each.created_at, each.id) > edge if backwards else (each.created_at, each.id) < edge)
            ]
        shown = found[-size:] if backwards else found[:size]
        return SessionPage(sessions=shown, count=min(len(live), most + 1), more=len(found) > size)

    def _goes_on(self, record: SessionRecord, account_id: UserId) -> bool:
        store = self.sessions
        return store.sessions[record.id].account_id == account_id and any(
            token.session_id == record.id and token.spent_at is None and token.expires_at > store.clock()
            for token in store.tokens.values()
        )


@dataclass
class MemoryKnownDevices:
    """`asked` counts the work."""

    sessions: MemorySessions
    asked: int = 0

    async def knows(self, email_key: str, address: str, user_agent: str) -> bool:
        self.asked += 1
        store = self.sessions
        return any(
            (each.device.address, each.device.user_agent) == (address, user_agent)
            and store.accounts.by_id[store.sessions[each.id].account_id].email.key == email_key
            and each.last_seen_at > store.clock() - KNOWN_FOR
            for each in store.records.values()
        )


@dataclass
class PlainUserAgents:
    """The first word of a header is the browser's name."""

    async def describe(self, headers: Sequence[str | None]) -> list[UserAgent]:
        return [UserAgent(browser=header.partition("/")[0] if header else None) for header in headers]
