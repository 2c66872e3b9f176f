"""What variants cost by themselves, over fakes."""

from uuid import uuid4

import pytest

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.base_prices import MemoryBasePrices, MemoryProductDocuments
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.application.catalog.base_prices import (
    SetBasePrices,
    SetBasePricesHandler,
    VariantPricesView,
    WantedPrice,
)
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.domain.catalog.base_price import BasePrice, VariantPrices
from ecommerce.domain.shared.ids import UserId, VariantId
from ecommerce.domain.shared.kernel import Forbidden, InvalidValue, NotFound, StaleVersion
from ecommerce.domain.shared.money import Money

pytestmark = pytest.mark.anyio
CLERK = Actor(label="staff:1", account_id=UserId(uuid4()), permissions=frozenset({"prices:write"}))
MUG, PRODUCT = VariantId(uuid4()), uuid4()


def price(amount: int, compare_at: int | None = None, currency: str = "USD") -> WantedPrice:
    reduced = None if compare_at is None else Money(compare_at, currency)
    return WantedPrice(Money(amount, currency), reduced)


class Office:
    """A mug that costs 10.00 USD and 9.00 EUR."""

    def __init__(self) -> None:
        self.uow, self.audit, self.documents = MemoryUnitOfWork(), MemoryAuditLog(), MemoryProductDocuments()
        self.prices = MemoryBasePrices(self.uow)
        held = {"USD": BasePrice(currency="USD", amount=1_000), "EUR": BasePrice(currency="EUR", amount=900)}
        self.prices.kept[MUG] = VariantPrices(variant_id=MUG, product_id=PRODUCT, sku="MUG-1", prices=held)
        self.handle = SetBasePricesHandler(
            self.uow, self.prices, self.documents, self.audit, ("USD", "EUR", "JPY")
        )

    async def set(self, *wanted: WantedPrice, if_match: str | None = None) -> VariantPrices:
        return await self.handle(SetBasePrices(variant_id=MUG, prices=wanted, if_match=if_match), CLERK)


@pytest.fixture
def office() -> Office:
    return Office()


async def test_all_prices_are_replaced_and_told(office: Office) -> None:
    after = await office.set(price(1_000), price(120, currency="JPY"))

    assert {each.currency: each.amount for each in after.sorted()} == {"JPY": 120, "USD": 1_000}
    assert office.documents.rebuilt == [PRODUCT]
    assert [entry[1:] for entry in office.audit.entries] == [
        (
            "catalog.prices_changed",
            f"variant:{MUG}",
            {"prices": {"EUR": {"amount": 900, "compare_at": None}}},
            {"prices": {"JPY": {"amount": 120, "compare_at": None}}},
        )
    ]


async def test_what_is_as_it_was_changes_nothing(office: Office) -> None:
    before = office.prices.kept[MUG]

    assert await office.set(price(900, currency="EUR"), price(1_000)) == before
    assert (office.audit.entries, office.documents.rebuilt) == ([], [])


async def test_a_reduction_shows_the_lowest_price_before_it_and_keeps_it(office: Office) -> None:
    async def lowest(*wanted: WantedPrice) -> int | None:
        return (await office.set(*wanted)).prices["USD"].lowest_30d

    assert await lowest(price(1_200)) is None
    assert await lowest(price(800, 1_200)) == 1_000
    assert await lowest(price(700, 1_200)) == 1_000
    assert await lowest(price(1_200)) is None
    assert await lowest(price(1_100, 1_200)) == 700


async def test_a_price_that_begins_reduced_has_no_lowest(office: Office) -> None:
    after = await office.set(price(1_000), price(100, 200, "JPY"))

    assert after.prices["JPY"].lowest_30d is None
    shown = VariantPricesView.of(after).prices[0]
    assert (shown.compare_at, shown.lowest_price_30d) == (Amount(200, "JPY"), None)


async def test_every_fault_is_told_at_once(office: Office) -> None:
    odd = WantedPrice(Money(100, "EUR"), Money(200, "USD"))

    with pytest.raises(InvalidValue) as refused:
        await office.set(price(1, currency="CHF"), price(1_000, 1_000), price(5), odd)

    assert isinstance(refused.value, InvalidValues)
    assert [fault.pointer for fault in refused.value.faults] == [
        "/prices/0/amount/currency",
        "/prices/1/compare_at/amount",
        "/prices/2/amount/currency",
        "/prices/3/compare_at/currency",
    ]
    assert office.prices.before == []


async def test_a_change_of_what_others_changed_is_refused(office: Office) -> None:
    read = office.prices.kept[MUG].etag
    await office.set(price(1), if_match=read)

    with pytest.raises(StaleVersion):
        await office.set(price(2), if_match=read)

    assert office.prices.kept[MUG].prices["USD"].amount == 1


async def test_only_who_may_write_prices_does_and_only_of_what_there_is(office: Office) -> None:
    with pytest.raises(Forbidden):
        await office.handle(SetBasePrices(variant_id=MUG, prices=[]), Actor(account_id=CLERK.account_id))
    with pytest.raises(NotFound):
        await office.handle(SetBasePrices(variant_id=VariantId(uuid4()), prices=[]), CLERK)


async def test_a_call_that_is_resumed_writes_nothing_again(office: Office) -> None:
    office.uow.resumed = True

    assert (await office.set(price(1), if_match="old")).prices["USD"].amount == 1_000
