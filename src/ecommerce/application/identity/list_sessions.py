"""Somebody looks where they are signed in."""

from dataclasses import dataclass

from ecommerce.application.identity.devices import (
    DeviceSession,
    SessionPosition,
    SessionQueries,
    UserAgents,
)
from ecommerce.application.shared.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """At most `size`, counted up to one more than `most`."""

    size: int
    most: int
    position: SessionPosition | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSessions:
    sessions: list[DeviceSession]
    count: int
    more: bool


class ListSessionsHandler:
    def __init__(self, sessions: SessionQueries, agents: UserAgents) -> None:
        self._sessions = sessions
        self._agents = agents

    async def __call__(self, command: ListSessions, actor: Actor) -> ListedSessions:
        found = await self._sessions.of_account(
            actor.require_account(), command.size, command.position, command.offset, command.most
        )
        agents = await self._agents.describe([each.device.user_agent for each in found.sessions])
        shown = [
            DeviceSession(
                id=each.id,
                device_name=each.device.name,
                user_agent=agent,
                address=each.device.address,
                created_at=each.created_at,
                last_seen_at=each.last_seen_at,
                current=each.id == actor.session_id,
            )
            for each, agent in zip(found.sessions, agents, strict=True)
        ]
        return ListedSessions(sessions=shown, count=found.count, more=found.more)
