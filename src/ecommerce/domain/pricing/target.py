"""Which lines of a cart a promotion means."""

from collections.abc import Iterable
from dataclasses import dataclass, field

KINDS = ("variant", "product", "category", "tag")


def feature(kind: str, value: object) -> str:
    """One thing that can be said of a line: `product:<id>`, `tag:<tag>`, `category:<id>` of each above it."""
    return f"{kind}:{value}"


@dataclass(frozen=True, slots=True)
class Target:
    """Lines with any of these features, but none of `without`; all lines where nothing is named."""

    features: frozenset[str] = field(default_factory=frozenset)
    without: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, features: Iterable[str] = (), without: Iterable[str] = ()) -> "Target":
        return cls(frozenset(features), frozenset(without))

    @property
    def is_everything(self) -> bool:
        return not self.features and not self.without

    def matches(self, features: frozenset[str]) -> bool:
        if self.features and self.features.isdisjoint(features):
            return False
        return self.without.isdisjoint(features)


EVERYTHING = Target()
