"""A session goes on: its refresh token is exchanged for the next one."""

from dataclasses import dataclass, field

from ecommerce.application.identity.ports import EndedSessions, Sessions
from ecommerce.application.identity.sign_in import EXPIRES_IN, TOKEN_TYPE, AccessTokenIssuer
from ecommerce.application.identity.views import TokenPair
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.identity.session import (
    REFRESH_LIFETIME,
    EndedBy,
    HeldToken,
    RefreshRefused,
    RefreshTokenReused,
    TokenReused,
    Verdict,
)

SUCCESSOR = "refresh-token-successor"


@dataclass(frozen=True, slots=True)
class Refresh:
    refresh_token: str = field(repr=False)


class RefreshHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        sessions: Sessions,
        tokens: Tokens,
        issuer: AccessTokenIssuer,
        ended: EndedSessions,
        outbox: Outbox,
    ) -> None:
        self._uow = uow
        self._sessions = sessions
        self._tokens = tokens
        self._issuer = issuer
        self._ended = ended
        self._outbox = outbox

    async def __call__(self, command: Refresh) -> TokenPair:
        """Raises `RefreshRefused` and `TokenReused`."""
        seed = command.refresh_token.encode("utf-8", "surrogatepass")
        successor = self._tokens.derived(SUCCESSOR, seed)
        async with self._uow.begin():
            held, verdict = await self._exchange(command.refresh_token, successor)
        if verdict is Verdict.REUSED:
            # Only now: the end of the session had to be committed.
            self._ended.add([held.session.id])
            raise TokenReused
        return TokenPair(
            access_token=await self._issuer.issue(held.session, held.roles),
            refresh_token=successor,
            token_type=TOKEN_TYPE,
            expires_in=EXPIRES_IN,
        )

    async def _exchange(self, token: str, successor: str) -> tuple[HeldToken, Verdict]:
        shown = token_hash(token)
        held = await self._sessions.lock_by_token(shown)
        if held is None:
            raise RefreshRefused
        verdict = held.judge()
        session = held.session
        if verdict is Verdict.ROTATE:
            await self._sessions.rotate(session.id, shown, token_hash(successor), REFRESH_LIFETIME)
        elif verdict is Verdict.REUSED:
            await self._sessions.end([session.id], EndedBy.REUSE)
            await self._outbox.add([RefreshTokenReused(account_id=session.account_id, session_id=session.id)])
        return held, verdict
