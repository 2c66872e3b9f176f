"""What every way of signing in ends with: a session, its first refresh token, an access token."""

from dataclasses import dataclass, field
from uuid import UUID

import structlog

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.cart.contracts import CartMerger
from ecommerce.application.identity.ports import (
    AccessClaims,
    AccessTokens,
    Device,
    Sessions,
)
from ecommerce.application.identity.views import SignedIn, User
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Clock, Ids
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.session import ACCESS_LIFETIME, REFRESH_LIFETIME, Session
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.lines import one_line

log = structlog.get_logger()

TOKEN_TYPE = "Bearer"  # noqa: S105 - RFC 6750's name of the scheme
EXPIRES_IN = int(ACCESS_LIFETIME.total_seconds())
LONGEST_DEVICE_NAME, LONGEST_USER_AGENT = 100, 512


def device_of(call: Call, name: str | None) -> Device:
    """Where this call comes from. Raises `InvalidValue` for a name that can't be shown."""
    return Device(
        name=one_line(name, LONGEST_DEVICE_NAME, "/device_name", empty=True) or None if name else None,
        # PostgreSQL's text has no NUL.
        user_agent=call.user_agent.replace("\0", "")[:LONGEST_USER_AGENT] or None,
        address=call.client_address or None,
    )


class AccessTokenIssuer:
    def __init__(self, tokens: AccessTokens, ids: Ids, clock: Clock) -> None:
        self._tokens = tokens
        self._ids = ids
        self._clock = clock

    async def issue(self, session: Session, roles: frozenset[str]) -> str:
        now = int(self._clock.now().timestamp())
        claims = AccessClaims(
            sub=session.account_id,
            sid=session.id,
            jti=self._ids.new(),
            iat=now,
            exp=now + EXPIRES_IN,
            auth_time=int(session.authenticated_at.timestamp()),
            roles=tuple(sorted(roles)),
        )
        return await self._tokens.sign(claims)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    account: Account
    session: Session
    refresh_token: str = field(repr=False)


class SignIn:
    """`open` inside the unit of work that lets somebody in, `finish` after it."""

    def __init__(
        self,
        sessions: Sessions,
        tokens: Tokens,
        issuer: AccessTokenIssuer,
        carts: CartMerger,
        ids: Ids,
        audit: AuditLog,
    ) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._issuer = issuer
        self._carts = carts
        self._ids = ids
        self._audit = audit

    async def open(self, account: Account, device: Device) -> OpenedSession:
        """Of staff the audit log tells it, too.

        Raises `ConcurrentUpdate` when the account is no longer as it was when its owner was recognised, and
        `InvalidCredentials` when it is closed.
        """
        token = self._tokens.fresh()
        session_id: UUID = self._ids.new()
        session = await self._sessions.open(session_id, account, device, token_hash(token), REFRESH_LIFETIME)
        if account.roles:
            await self._audit.record(
                Actor(label=f"staff:{account.id}"),
                "identity.staff_signed_in",
                f"account:{account.id}",
                None,
                {"session_id": str(session_id), "roles": sorted(account.roles)},
            )
        return OpenedSession(account, session, token)

    async def finish(self, opened: OpenedSession, guest_cart: str | None) -> SignedIn:
        """The answer. A guest's cart comes along; where that fails, the sign-in still holds."""
        access_token = await self._issuer.issue(opened.session, opened.account.roles)
        if guest_cart is not None:
            await self._bring(guest_cart, opened.account.id)
        return SignedIn(
            user=User.of(opened.account),
            access_token=access_token,
            refresh_token=opened.refresh_token,
            token_type=TOKEN_TYPE,
            expires_in=EXPIRES_IN,
        )

    async def _bring(self, token: str, account_id: UserId) -> None:
        try:
            await self._carts.merge(token, account_id)
        except Exception as error:  # whatever it is, the person is signed in by now
            log.warning("identity.cart_not_merged", account_id=str(account_id), exc_info=error)
