"""What the shop decides about its accounts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPolicy:
    """`verified_only`: nobody signs in before the address is verified, and nobody is told who has one."""

    verified_only: bool
