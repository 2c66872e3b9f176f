"""Access tokens by PyJWT: signed with Ed25519, typed, and read with everything required (RFC 9068)."""

import re

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ecommerce.adapters.jwt.keys import ALGORITHM, KeyRing
from ecommerce.application.identity.ports import AccessClaims
from ecommerce.application.shared.ports import Clock
from ecommerce.domain.identity.session import ACCESS_LIFETIME
from ecommerce.domain.shared.kernel import Unauthenticated

_TYPE = "at+jwt"
# Nothing else: not where to fetch a key (`jku`, `x5u`), nor one (`jwk`, `x5c`), nor what must be understood.
_HEADER = {"alg", "typ", "kid"}
# Decoders of base64 skip what is none; then many texts would be one token. A signature has 64 bytes.
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{85}[AQgw]", re.ASCII)
_REQUIRED = ["iss", "aud", "sub", "exp", "iat", "jti", "sid", "auth_time", "roles"]
_LONGEST = 4096
# Clocks of several machines differ a little.
_LEEWAY = 5
_REMEMBERED = 4096


class JwtAccessTokens:
    """Tokens that were found good are remembered: a signature costs more than all else about a request."""

    def __init__(self, keys: KeyRing, clock: Clock, issuer: str, audience: str) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._audience = audience
        self._good: dict[str, AccessClaims] = {}

    async def sign(self, claims: AccessClaims) -> str:
        kid, key = await self._keys.signing()
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(claims.sub),
            "sid": str(claims.sid),
            "jti": str(claims.jti),
            "iat": claims.iat,
            "exp": claims.exp,
            "auth_time": claims.auth_time,
            "roles": list(claims.roles),
        }
        return jwt.encode(payload, key, algorithm=ALGORITHM, headers={"kid": kid, "typ": _TYPE})

    async def read(self, token: str) -> AccessClaims:
        claims = self._good.get(token)
        if claims is None:
            claims = await self._verified(token)
            self._remember(token, claims)
        if claims.exp + _LEEWAY <= self._clock.now().timestamp():
            self._good.pop(token, None)
            raise Unauthenticated("this access token has expired; refresh it")
        return claims

    async def _verified(self, token: str) -> AccessClaims:
        try:
            key = await self._key(token)
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                # Expiry is told apart from forgery by the caller, on the port's clock.
                options={"require": _REQUIRED, "strict_aud": True, "verify_exp": False, "verify_iat": False},
            )
            # Strictly: a time that is no whole number, or roles that are one word, are not what we wrote.
            claims = msgspec.convert(payload, AccessClaims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, ValueError, TypeError, AttributeError):
            raise _unknown() from None
        if not _is_likely(claims, self._clock.now().timestamp()):
            raise _unknown()
        return claims

    async def _key(self, token: str) -> Ed25519PublicKey:
        """The key its header names, one of ours. What else the header says is not believed, but compared."""
        if len(token) > _LONGEST or not _SHAPE.fullmatch(token):
            raise _unknown()
        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.keys() != _HEADER or header["typ"] != _TYPE or header["alg"] != ALGORITHM:
            raise _unknown()
        if not isinstance(kid, str):
            raise _unknown()
        key = await self._keys.verifying(kid)
        if key is None:
            raise _unknown()
        return key

    def _remember(self, token: str, claims: AccessClaims) -> None:
        if len(self._good) >= _REMEMBERED:
            # A dict keeps the order of insertion: the oldest are the first to expire.
            for old in list(self._good)[: _REMEMBERED // 4]:
                del self._good[old]
        self._good[token] = claims


def _unknown() -> Unauthenticated:
    return Unauthenticated("this access token is not one of ours; sign in again")


def _is_likely(claims: AccessClaims, now: float) -> bool:
    """Whether these are times that we could have written by now."""
    return (
        0 <= claims.auth_time <= claims.iat + _LEEWAY
        and claims.iat <= now + _LEEWAY
        and claims.iat < claims.exp <= claims.iat + ACCESS_LIFETIME.total_seconds()
    )
