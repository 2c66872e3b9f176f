"""Groups of customers: what price lists and promotions go by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import InvalidValue, StaleVersion

MOST = 50
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Membership:
    """The groups that one customer is in."""

    account_id: UserId
    email: str
    groups: frozenset[str]

    @property
    def etag(self) -> str:
        """What `If-Match` must name: the groups themselves.

        An account has no version, and needs none here: what is replaced as a whole is the version.
        """
        return blake2b("\n".join(sorted(self.groups)).encode(), digest_size=12).hexdigest()

    def expect(self, etag: str | None) -> None:
        """Raises `StaleVersion` unless the caller's groups are these (None is any)."""
        if etag not in (None, self.etag):
            raise StaleVersion("the groups have changed since you read them; read them again")

    def with_groups(self, groups: Iterable[str]) -> Self:
        """Raises `InvalidValue` for too many, and for a name that isn't letters, digits and hyphens."""
        wanted = frozenset(groups)
        for group in sorted(wanted):
            if len(group) > _LONGEST or not _SLUG.fullmatch(group):
                raise InvalidValue(
                    f"{group!r} is no group: up to {_LONGEST} small letters and digits, hyphens between them",
                    "/groups",
                )
        if len(wanted) > MOST:
            raise InvalidValue(f"a customer is in {MOST} groups at the most", "/groups")
        return type(self)(self.account_id, self.email, wanted)
