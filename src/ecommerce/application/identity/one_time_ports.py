"""What proving an address and getting back in ask of the outside world."""

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.one_time_token import OneTimeToken, Purpose
from ecommerce.domain.shared.ids import UserId


class OneTimeTokens(Protocol):
    """At most one token of an account and purpose. Only hashes are kept; the store's clock decides.

    All but `find` work only inside a unit of work that holds the account's lock: a token is found first,
    then its account is locked, then the token is taken.
    """

    async def find(self, token: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
        """The live token with this hash and one of these purposes, not yet taken. Outside a unit of work."""
        ...

    async def issue(self, token: OneTimeToken, hashed: bytes, lifetime: timedelta) -> None:
        """Keep it in the place of any other of its account and purpose."""
        ...

    async def take(self, token: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
        """As `find`, and it is gone. Of any number who try at once, one gets it."""
        ...

    async def revoke(self, account_id: UserId, purposes: Collection[Purpose]) -> None: ...


class AccountSecrets(Protocol):
    """What an account proves itself by. Only inside a unit of work that holds its lock."""

    async def set_password(self, account_id: UserId, hashed: str) -> None: ...

    async def verify(self, account_id: UserId) -> None:
        """Its owner reads the mail that goes to its address."""
        ...

    async def set_email(self, account_id: UserId, email: EmailAddress) -> None:
        """A verified address in the place of the old one. Raises `EmailTaken`."""
        ...
