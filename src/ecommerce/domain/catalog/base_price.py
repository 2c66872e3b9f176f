"""What a variant costs by itself, and what it is said to have cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Self
from uuid import UUID

from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import StaleVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePrice:
    """In minor units of `currency`. `compare_at` is the price it was reduced from, `lowest_30d` the lowest of
    the 30 days before the reduction began; both are None where it isn't reduced.
    """

    currency: str
    amount: int
    compare_at: int | None = None
    lowest_30d: int | None = None

    @property
    def is_reduced(self) -> bool:
        return self.compare_at is not None

    def after(self, before: "BasePrice | None", lowest: int | None) -> Self:
        """As it is to be shown. `lowest` is what it cost at least in the last 30 days, None if it is new.

        Law: Directive 98/6/EC, article 6a. A reduction that goes on, or goes further, keeps the price from
        before it began.
        """
        if not self.is_reduced:
            return replace(self, lowest_30d=None)
        if before is not None and before.is_reduced:
            return replace(self, lowest_30d=before.lowest_30d)
        return replace(self, lowest_30d=lowest)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantPrices:
    """All base prices of a variant, by currency."""

    variant_id: VariantId
    product_id: UUID
    sku: str
    prices: Mapping[str, BasePrice]

    @property
    def etag(self) -> str:
        """What `If-Match` must name: the prices themselves, which are replaced as a whole."""
        told = [f"{each.currency} {each.amount} {each.compare_at}" for each in self.sorted()]
        return blake2b("\n".join(told).encode(), digest_size=12).hexdigest()

    def sorted(self) -> list[BasePrice]:
        return [self.prices[currency] for currency in sorted(self.prices)]

    def expect(self, etag: str | None) -> None:
        """Raises `StaleVersion` unless the caller's prices are these (None is any)."""
        if etag not in (None, self.etag):
            raise StaleVersion("the prices have changed since you read them; read them again")

    def with_prices(self, wanted: Iterable[BasePrice], lowest: Mapping[str, int]) -> Self:
        after = {
            each.currency: each.after(self.prices.get(each.currency), lowest.get(each.currency))
            for each in wanted
        }
        return replace(self, prices=after)
