"""Who an `Authorization` header speaks for."""

from typing import Protocol

from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call


class Authenticator(Protocol):
    """One per process: it is asked before a request's scope is opened."""

    async def __call__(self, authorization: str, call: Call) -> Actor:
        """The person or machine behind the header's value, scheme included (`Bearer ...`).

        `call` tells the client's address and user agent; its actor is still the guest. Raises
        `Unauthenticated` for a scheme, token or key that is not known, expired or revoked, and
        `Unavailable` when nobody can tell.
        """
        ...
