"""Staff set what a variant costs, in each currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.catalog.products import ProductDocuments
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.catalog.base_price import BasePrice, VariantPrices
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.money import Money

READ, WRITE = "catalog:read", "prices:write"
# What prices were is read from the entries with this action.
ACTION = "catalog.prices_changed"


class BasePrices(Protocol):
    async def find(self, variant_id: VariantId) -> VariantPrices:
        """Raises `NotFound`. One statement, outside any unit of work."""
        ...

    async def lock(self, variant_id: VariantId) -> VariantPrices:
        """Nobody else changes a price of its product until the unit of work ends. Raises `NotFound`."""
        ...

    async def lowest(self, variant_id: VariantId) -> Mapping[str, int]:
        """What it has cost at least within the last 30 days, by currency, as far as it had a price."""
        ...

    async def replace(self, prices: VariantPrices) -> None:
        """Write them all; a currency that isn't among them has no price any more."""
        ...


class BasePriceView(msgspec.Struct, frozen=True):
    amount: Amount
    compare_at: Amount | None
    lowest_price_30d: Amount | None


class VariantPricesView(msgspec.Struct, frozen=True):
    variant_id: UUID
    sku: str
    prices: list[BasePriceView]

    @classmethod
    def of(cls, held: VariantPrices) -> "VariantPricesView":
        return cls(held.variant_id, held.sku, [_view(each) for each in held.sorted()])


@dataclass(frozen=True, slots=True)
class WantedPrice:
    amount: Money
    compare_at: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBasePrices:
    variant_id: VariantId
    prices: Sequence[WantedPrice]
    if_match: str | None = None


class SetBasePricesHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        prices: BasePrices,
        documents: ProductDocuments,
        audit: AuditLog,
        currencies: Sequence[str],
    ) -> None:
        self._uow = uow
        self._prices = prices
        self._documents = documents
        self._audit = audit
        self._currencies = currencies

    async def __call__(self, command: SetBasePrices, actor: Actor) -> VariantPrices:
        """Replaces all of them. The next read of the catalogue has them, and lists products by them.

        Raises `Forbidden`, `NotFound`, `StaleVersion`, and `InvalidValue` naming every price that can't be.
        """
        actor.require(WRITE)
        wanted = self._checked(command.prices)
        async with self._uow.begin():
            before = await self._prices.lock(command.variant_id)
            if self._uow.resumed:
                return before
            before.expect(command.if_match)
            after = before.with_prices(wanted, await self._prices.lowest(command.variant_id))
            if after == before:
                return after
            await self._prices.replace(after)
            changed = {
                currency
                for currency in {**before.prices, **after.prices}
                if before.prices.get(currency) != after.prices.get(currency)
            }
            await self._audit.record(
                actor,
                ACTION,
                f"variant:{command.variant_id}",
                _plain(before, changed),
                _plain(after, changed),
            )
            await self._documents.rebuild([before.product_id])
        return after

    def _checked(self, wanted: Sequence[WantedPrice]) -> list[BasePrice]:
        faults, prices = [], {}
        for index, each in enumerate(wanted):
            at, currency, reduced = f"/prices/{index}", each.amount.currency, each.compare_at
            if currency not in self._currencies:
                faults.append(
                    InvalidValue(f"prices are in {', '.join(self._currencies)}", f"{at}/amount/currency")
                )
            elif currency in prices:
                faults.append(InvalidValue("this currency stands here twice", f"{at}/amount/currency"))
            if reduced is not None and reduced.currency != currency:
                faults.append(InvalidValue(f"must be in {currency}", f"{at}/compare_at/currency"))
            elif reduced is not None and reduced.amount <= each.amount.amount:
                faults.append(InvalidValue("must be more than the price", f"{at}/compare_at/amount"))
            prices[currency] = BasePrice(
                currency=currency,
                amount=each.amount.amount,
                compare_at=None if reduced is None else reduced.amount,
            )
        if faults:
            raise InvalidValues(faults)
        return list(prices.values())


def _view(price: BasePrice) -> BasePriceView:
    def amount(value: int | None) -> Amount | None:
        return None if value is None else Amount(value, price.currency)

    return BasePriceView(
        Amount(price.amount, price.currency), amount(price.compare_at), amount(price.lowest_30d)
    )


def _plain(held: VariantPrices, currencies: set[str]) -> dict[str, object]:
    return {
        "prices": {
            each.currency: {"amount": each.amount, "compare_at": each.compare_at}
            for each in held.sorted()
            if each.currency in currencies
        }
    }
