"""Where a zone is, as staff draw it."""

from collections.abc import Sequence
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec

from ecommerce.application.pricing.ports import IsoCodes
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.records import Definition, Desk, Record, RecordEditor, Records
from ecommerce.domain.pricing.area import Area, PostalRange, plain_code
from ecommerce.domain.pricing.refusals import AreaTaken
from ecommerce.domain.shared.kernel import InvalidValue

PostalCode = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class PostalRangeDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `first` to `last`, both included, equally long. Only as much of a code is looked at: 60614 is in
    `606` to `608`.
    """

    first: Annotated[PostalCode, msgspec.Meta(examples=["60601"])]
    last: Annotated[PostalCode, msgspec.Meta(examples=["60699"])]


class AreaDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country, or what is in one of the regions and in one of the ranges. None named: all of them."""

    country: Annotated[str, msgspec.Meta(min_length=2, max_length=2)]
    regions: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=10)], ...],
        msgspec.Meta(max_length=100, examples=[["IL"]]),
    ] = ()
    postal_ranges: Annotated[tuple[PostalRangeDefinition, ...], msgspec.Meta(max_length=500)] = ()

    def compile(self) -> Area:
        return Area(
            country=self.country,
            regions=frozenset(self.regions),
            postal_ranges=frozenset(PostalRange.of(each.first, each.last) for each in self.postal_ranges),
        )


Areas = Annotated[tuple[AreaDefinition, ...], msgspec.Meta(min_length=1, max_length=50)]


class ZoneDefinition(Definition, frozen=True, kw_only=True):
    areas: Areas


ZD = TypeVar("ZD", bound=ZoneDefinition)


class ZoneEditor(RecordEditor[ZD]):
    """Two zones may overlap, since the more precise one counts; but no two have exactly the same area.

    Raises `AreaTaken` beside what every editor of records raises.
    """

    def __init__(self, desk: Desk, records: Records[ZD], codes: IsoCodes) -> None:
        super().__init__(desk, records)
        self._codes = codes

    async def check(self, definition: ZD, record_id: UUID | None) -> ZD:
        faults = Faults()
        areas = [
            faults.note(_checked, area, self._codes, f"/areas/{index}")
            for index, area in enumerate(definition.areas)
        ]
        _refuse_twice(areas, faults)
        checked = self.rules(definition, faults)
        faults.settle()
        _refuse_taken(areas, [each for each in await self._records.lock_all() if each.id != record_id])
        return msgspec.structs.replace(checked, areas=tuple(areas))

    def rules(self, definition: ZD, faults: Faults) -> ZD:
        """The kind's own rules: the definition with them in their proper form."""
        raise NotImplementedError


def _checked(area: AreaDefinition, codes: IsoCodes, at: str) -> AreaDefinition:
    country = codes.country(area.country, f"{at}/country")
    faults = Faults()
    regions = [
        faults.note(codes.region, country, region, f"{at}/regions/{index}")
        for index, region in enumerate(area.regions)
    ]
    ranges = [
        faults.note(_range, each, f"{at}/postal_ranges/{index}")
        for index, each in enumerate(area.postal_ranges)
    ]
    faults.settle()
    return AreaDefinition(
        country=country,
        regions=tuple(sorted(set(regions))),
        postal_ranges=tuple(sorted(set(ranges), key=lambda each: (each.first, each.last))),
    )


def _range(given: PostalRangeDefinition, at: str) -> PostalRangeDefinition:
    first, last = plain_code(given.first), plain_code(given.last)
    for name, code in (("first", first), ("last", last)):
        if not (code.isascii() and code.isalnum()):
            raise InvalidValue("must be letters and digits", f"{at}/{name}")
    if len(first) != len(last):
        raise InvalidValue("must be as long as the first one", f"{at}/last")
    if last < first:
        raise InvalidValue("must not be before the first one", f"{at}/last")
    return PostalRangeDefinition(first, last)


def _refuse_twice(areas: Sequence[AreaDefinition], faults: Faults) -> None:
    for index, area in enumerate(areas):
        if area is not None and area in areas[:index]:
            faults.add("this zone has exactly this area already", f"/areas/{index}")


def _refuse_taken(areas: Sequence[AreaDefinition], others: Sequence[Record[ZD]]) -> None:
    taken = {area: each for each in others for area in each.definition.areas}
    for index, area in enumerate(areas):
        if area in taken:
            raise AreaTaken(
                f"{taken[area].definition.name} has exactly this area",
                pointer=f"/areas/{index}",
                zone_id=str(taken[area].id),
            )
