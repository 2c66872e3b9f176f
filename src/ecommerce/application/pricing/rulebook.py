"""All rules of pricing at one revision, compiled once and shared by every request of a process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ecommerce.domain.pricing.price_list import PriceList
from ecommerce.domain.pricing.promotion import Promotion
from ecommerce.domain.pricing.shipping_zone import ShippingZone
from ecommerce.domain.pricing.tax_zone import TaxZone
from ecommerce.domain.pricing.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivePromotion:
    """A promotion that may be considered while its window is open.

    `budget` in minor units of `budget_currency`; a promotion with a budget holds in that currency alone.
    `first_order` promotions have `per_customer` 1.
    """

    id: UUID
    version: int
    promotion: Promotion
    window: Window
    by_code: bool = False
    max_uses: int | None = None
    per_customer: int | None = None
    budget: int | None = None
    budget_currency: str | None = None

    @property
    def limited(self) -> bool:
        return self.max_uses is not None or self.budget is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Promotions that are enabled and not over; price lists likewise, by their ids; zones by their names."""

    revision: int
    promotions: tuple[ActivePromotion, ...] = ()
    price_lists: Mapping[str, PriceList] = field(default_factory=dict)
    tax_zones: tuple[TaxZone, ...] = ()
    shipping_zones: tuple[ShippingZone, ...] = ()

    def holds_until(self, at: datetime) -> datetime | None:
        """When the next window opens or closes."""
        windows = [each.window for each in self.promotions]
        windows += [each.window for each in self.price_lists.values()]
        return min((edge for window in windows if (edge := window.next_edge(at))), default=None)
