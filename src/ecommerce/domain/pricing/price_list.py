"""Price lists: the only way to a price other than the base price."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ecommerce.domain.pricing.window import ALWAYS, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """For one currency, customers of any of `customer_groups` (none: everybody), while its window is open.

    Of several lists that have a price the one with the greatest `priority` counts.
    """

    id: str
    currency: str
    customer_groups: frozenset[str] = field(default_factory=frozenset)
    window: Window = ALWAYS
    priority: int = 0

    def applies(self, currency: str, groups: frozenset[str], at: datetime) -> bool:
        return (
            self.currency == currency
            and (not self.customer_groups or not self.customer_groups.isdisjoint(groups))
            and self.window.is_open(at)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """What one unit costs from `min_quantity` units on, by the list of this id."""

    price_list_id: str
    min_quantity: int
    amount: int

    def counts_before(self, other: "Entry") -> bool:
        """Of one list's entries that hold for a quantity, the one for the most units."""
        return (-self.min_quantity, self.amount) < (-other.min_quantity, other.amount)


def unit_price(
    base: int,
    entries: Iterable[Entry],
    lists: Mapping[str, PriceList],
    quantity: int,
    currency: str,
    groups: frozenset[str],
    at: datetime,
) -> int:
    """The price of one unit when `quantity` are bought: the highest list's entry for the most units.

    Where lists of one priority differ the lower price counts; without any entry, the base price.
    """
    by_list: dict[str, Entry] = {}
    for entry in entries:
        if entry.min_quantity > quantity or entry.price_list_id not in lists:
            continue
        known = by_list.get(entry.price_list_id)
        if known is None or entry.counts_before(known):
            by_list[entry.price_list_id] = entry
    found = [
        (-lists[key].priority, entry.amount)
        for key, entry in by_list.items()
        if lists[key].applies(currency, groups, at)
    ]
    return min(found)[1] if found else base
