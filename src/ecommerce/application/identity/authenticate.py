"""Who an access token speaks for."""

from datetime import UTC, datetime

from ecommerce.application.identity.ports import AccessClaims, AccessTokens, EndedSessions
from ecommerce.application.identity.staff_ports import Authority
from ecommerce.application.identity.views import ActiveToken, InactiveToken
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.domain.shared.kernel import Unauthenticated


class LiveTokens:
    """Access tokens whose session goes on."""

    def __init__(self, tokens: AccessTokens, ended: EndedSessions) -> None:
        self._tokens = tokens
        self._ended = ended

    async def read(self, token: str) -> AccessClaims:
        """Raises `Unauthenticated` and `Unavailable`."""
        claims = await self._tokens.read(token)
        if await self._ended.holds(claims.sid):
            raise Unauthenticated("this session has ended; sign in again")
        return claims


class BearerAuthenticator:
    """The `Authenticator` of people."""

    def __init__(self, live: LiveTokens, authority: Authority) -> None:
        self._live = live
        self._authority = authority

    async def __call__(self, authorization: str, call: Call) -> Actor:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("expected `Authorization: Bearer <access token>`")
        claims = await self._live.read(token.strip())
        roles = frozenset(claims.roles)
        return Actor(
            label=f"{'staff' if roles else 'customer'}:{claims.sub}",
            account_id=claims.sub,
            session_id=claims.sid,
            roles=roles,
            permissions=await self._authority.permissions_of(roles),
            authenticated_at=datetime.fromtimestamp(claims.auth_time, UTC),
        )


class VerifyTokenHandler:
    """Tells a storefront's own server whether a token is good."""

    def __init__(self, live: LiveTokens) -> None:
        self._live = live

    async def __call__(self, token: str) -> ActiveToken | InactiveToken:
        try:
            claims = await self._live.read(token)
        except Unauthenticated:
            return InactiveToken(active=False)
        return ActiveToken(
            active=True, sub=claims.sub, exp=claims.exp, session_id=claims.sid, roles=list(claims.roles)
        )
