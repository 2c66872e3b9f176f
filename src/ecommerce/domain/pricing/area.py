"""Where a rule holds: countries, parts of them, ranges of postal codes."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PostalRange:
    """Codes from `first` to `last`, compared without blanks and dashes, as far as these are long."""

    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One country, or with regions (subdivisions without the country) or postal ranges a part of it."""

    country: str
    regions: frozenset[str] = field(default_factory=frozenset)
    postal_ranges: tuple[PostalRange, ...] = ()

    def holds(self, country: str, region: str | None, postal_code: str | None) -> bool:
        if country != self.country:
            return False
        if self.regions and region not in self.regions:
            return False
        return not self.postal_ranges or any(_within(postal_code, each) for each in self.postal_ranges)

    @property
    def precision(self) -> int:
        """The more precisely an area is drawn, the sooner it counts."""
        return 2 * bool(self.postal_ranges) + bool(self.regions)


def _within(code: str | None, span: PostalRange) -> bool:
    if code is None:
        return False
    plain, first, last = (_plain(each) for each in (code, span.first, span.last))
    return first <= plain[: len(first)] and plain[: len(last)] <= last


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper()
