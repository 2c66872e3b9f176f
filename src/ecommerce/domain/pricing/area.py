"""Where a rule holds: countries, parts of them, ranges of postal codes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar


def plain_code(code: str) -> str:
    """A postal code as it is compared: without blanks and dashes, in capitals."""
    return re.sub(r"[\s-]", "", code).upper()


@dataclass(frozen=True, slots=True)
class Place:
    """Where goods go. `region` is the subdivision without the country, `postal_code` in its plain form."""

    country: str
    region: str | None = None
    postal_code: str | None = None

    @classmethod
    def of(cls, country: str, region: str | None = None, postal_code: str | None = None) -> Self:
        return cls(country, region and region.upper(), plain_code(postal_code or "") or None)


@dataclass(frozen=True, slots=True, order=True)
class PostalRange:
    """Plain codes from `first` to `last`, both included, as far as these are long.

    `606` to `608` holds 60614.
    """

    first: str
    last: str

    @classmethod
    def of(cls, first: str, last: str) -> Self:
        return cls(plain_code(first), plain_code(last))

    def holds(self, code: str) -> bool:
        return self.first <= code[: len(self.first)] and code[: len(self.last)] <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One country, or with regions (subdivisions without the country) or postal ranges a part of it."""

    country: str
    regions: frozenset[str] = field(default_factory=frozenset)
    postal_ranges: frozenset[PostalRange] = field(default_factory=frozenset)

    def holds(self, place: Place) -> bool:
        if place.country != self.country:
            return False
        if self.regions and place.region not in self.regions:
            return False
        if not self.postal_ranges:
            return True
        code = place.postal_code
        return code is not None and any(each.holds(code) for each in self.postal_ranges)

    @property
    def precision(self) -> int:
        """The more precisely an area is drawn, the sooner it counts."""
        return 2 * bool(self.postal_ranges) + bool(self.regions)


class Zone(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def areas(self) -> tuple[Area, ...]: ...


Z = TypeVar("Z", bound=Zone)


class ZoneMap(Generic[Z]):
    """Which zone a place is in: of those that hold it the most precise one, then the one with the least id.

    Ids are made in the order of time: of two zones that are equally precise the older one counts.
    """

    def __init__(self, zones: Iterable[Z]) -> None:
        drawn = [(area, zone) for zone in zones for area in zone.areas]
        drawn.sort(key=lambda pair: (-pair[0].precision, pair[1].id))
        self._by_country: dict[str, list[tuple[Area, Z]]] = {}
        for area, zone in drawn:
            self._by_country.setdefault(area.country, []).append((area, zone))

    def at(self, place: Place) -> Z | None:
        return next(
            (zone for area, zone in self._by_country.get(place.country, ()) if area.holds(place)), None
        )

    def __bool__(self) -> bool:
        return bool(self._by_country)
