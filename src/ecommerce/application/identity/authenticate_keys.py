"""Which machine an API key speaks for."""

from ecommerce.application.identity.authenticate import BearerAuthenticator
from ecommerce.application.identity.staff_ports import Authority
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import Rate, RateLimited, RateLimiter
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.api_key import PREFIX, is_key
from ecommerce.domain.shared.kernel import Unauthenticated


class KeyAuthenticator:
    """Unknown keys are counted by address before they are looked for: each costs one look-up at the most.

    What isn't a key by its form and checksum costs none.
    """

    def __init__(self, authority: Authority, limiter: RateLimiter, guesses: Rate) -> None:
        self._authority = authority
        self._limiter = limiter
        self._guesses = guesses

    async def __call__(self, text: str, call: Call) -> Actor:
        """Raises `Unauthenticated`, `RateLimited` and `Unavailable`."""
        if not is_key(text):
            raise _unknown()
        digest = token_hash(text)
        if not self._authority.has_seen(digest):
            verdict = await self._limiter.spend(self._guesses, call.client_address)
            if not verdict.allowed:
                raise RateLimited(
                    f"more than {self._guesses.limit} new API keys a minute from one address",
                    max(1, verdict.retry_after),
                    policy=self._guesses.name,
                )
        key = await self._authority.key(digest)
        if key is None:
            raise _unknown()
        return Actor(label=f"key:{key.id}", key_id=key.id, permissions=key.scopes)


class CallerAuthenticator:
    """The `Authenticator` of everybody: machines are told by the beginning of their keys."""

    def __init__(self, people: BearerAuthenticator, machines: KeyAuthenticator) -> None:
        self._people = people
        self._machines = machines

    async def __call__(self, authorization: str, call: Call) -> Actor:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and token.strip().startswith(PREFIX):
            return await self._machines(token.strip(), call)
        return await self._people(authorization, call)


def _unknown() -> Unauthenticated:
    return Unauthenticated("this API key is not known, was revoked, or is over")
