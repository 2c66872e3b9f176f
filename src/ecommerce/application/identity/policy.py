"""What the shop decides about its accounts."""

from dataclasses import dataclass

from ecommerce.application.shared.rate_limiting import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPolicy:
    """`verified_only`: nobody signs in before the address is verified, and nobody is told who has one.

    `attempts` at proving who one is, for one account from one address.
    """

    verified_only: bool
    attempts: Rate
