"""Price lists as staff define them."""

from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import Annotated
from uuid import UUID

import msgspec

from ecommerce.application.pricing.local_times import in_utc
from ecommerce.application.shared.records import Definition
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.pricing.price_list import PriceList
from ecommerce.domain.pricing.window import Window
from ecommerce.domain.shared.kernel import InvalidValue

PRIORITIES = 1_000_000


class PriceListDefinition(Definition, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds for customers of any of `customer_groups` (none: for everybody), from `starts_at` up to but not
    including `ends_at`. A time without an offset is the store's own. Of several lists the one with the
    greatest `priority` counts.
    """

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", examples=["USD"])]
    enabled: bool = True
    customer_groups: Annotated[list[Slug], msgspec.Meta(max_length=50)] = msgspec.field(default_factory=list)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: Annotated[int, msgspec.Meta(ge=-PRIORITIES, le=PRIORITIES)] = 0

    def checked(self, currencies: Collection[str], zone: tzinfo) -> "PriceListDefinition":
        """As it is kept: times in UTC, groups sorted. Raises `InvalidValue`."""
        if self.currency not in currencies:
            raise InvalidValue(f"prices are in {', '.join(currencies)}", "/currency")
        starts_at = in_utc(self.starts_at, zone, "/starts_at")
        ends_at = in_utc(self.ends_at, zone, "/ends_at")
        if starts_at is not None and ends_at is not None and ends_at <= starts_at:
            raise InvalidValue("must be after starts_at", "/ends_at")
        return msgspec.structs.replace(
            self,
            customer_groups=sorted(set(self.customer_groups)),
            starts_at=starts_at,
            ends_at=ends_at,
        )

    def compile(self, list_id: UUID) -> PriceList:
        """What was `checked`, as the price of a unit is found with it."""
        return PriceList(
            id=str(list_id),
            currency=self.currency,
            customer_groups=frozenset(self.customer_groups),
            window=Window(self.starts_at, self.ends_at),
            priority=self.priority,
        )
