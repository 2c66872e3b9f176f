"""Staff change price lists and their prices, over fakes."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.price_list_prices import MemoryPriceListPrices
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.system.clock import SystemClock
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.pricing.edit_price_lists import PriceListEditor, StoreMoney, WantedPrice
from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.application.shared.records import Desk, Record
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Conflict, Forbidden, InvalidValue, NotFound, StaleVersion
from ecommerce.domain.shared.money import Money

pytestmark = pytest.mark.anyio
CLERK = Actor(label="staff:1", account_id=UserId(uuid4()), permissions=frozenset({"prices:write"}))
MUG, CUP = uuid4(), uuid4()
SALE = PriceListDefinition(name="Sale", currency="USD")


class Shop:
    def __init__(self) -> None:
        self.uow, self.audit = MemoryUnitOfWork(), MemoryAuditLog()
        self.lists: MemoryRecords[PriceListDefinition] = MemoryRecords(self.uow, "price_list")
        self.prices = MemoryPriceListPrices(self.uow, {MUG: "MUG-1", CUP: "CUP-1"})
        desk = Desk(self.uow, self.audit, Uuid7Ids(), SystemClock(), Call())
        self.editor = PriceListEditor(desk, self.lists, self.prices, StoreMoney(("USD", "EUR"), UTC))

    async def sale(self) -> Record[PriceListDefinition]:
        return await self.editor.create(SALE, CLERK)

    async def put(self, sale: Record[PriceListDefinition], *prices: WantedPrice, **more: Any) -> int:
        wanted = {"version": None, "actor": CLERK, **more}
        return (await self.editor.put_prices(sale.id, wanted=prices, **wanted)).changed

    @property
    def told(self) -> Sequence[Any]:
        return [entry[1:] for entry in self.audit.entries]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def price(variant: UUID | str, amount: int, least: int = 1, currency: str = "USD") -> WantedPrice:
    return WantedPrice(variant, least, Money(amount, currency))


async def test_prices_move_the_lists_version_and_are_told(shop: Shop) -> None:
    sale = await shop.sale()

    assert await shop.put(sale, price(MUG, 900), price("CUP-1", 100, 10), version=1) == 2
    assert await shop.put(sale, price(MUG, 800), price("CUP-1", 100, 10), version=2) == 1

    assert (await shop.lists.get(sale.id)).version == 3
    assert shop.told[-1] == (
        "pricing.price_list_prices_changed",
        f"price_list:{sale.id}",
        {"prices": [{"variant_id": str(MUG), "min_quantity": 1, "amount": 900}]},
        {"prices": [{"variant_id": str(MUG), "min_quantity": 1, "amount": 800}]},
    )


async def test_prices_that_stand_there_already_change_nothing(shop: Shop) -> None:
    sale = await shop.sale()
    await shop.put(sale, price(MUG, 900))

    assert await shop.put(sale, price("MUG-1", 900)) == 0
    assert (await shop.lists.get(sale.id)).version == 2
    assert len(shop.told) == 2


async def test_every_fault_is_told_at_once_and_nothing_written(shop: Shop) -> None:
    sale = await shop.sale()

    with pytest.raises(InvalidValues) as refused:
        await shop.put(
            sale,
            price(MUG, 900),
            price(uuid4(), 900),
            price("NO-SUCH", 900),
            price("MUG-1", 800),
            price(CUP, 1, currency="EUR"),
        )

    assert [fault.pointer for fault in refused.value.faults] == ["/prices/3", "/prices/4/amount/currency"]
    assert shop.prices.amounts == {}


async def test_variants_that_are_not_there_are_named_and_nothing_written(shop: Shop) -> None:
    sale = await shop.sale()

    with pytest.raises(NotFound, match=r"/prices/1/variant_id, /prices/2/sku$"):
        await shop.put(sale, price(MUG, 900), price(uuid4(), 900), price("NO-SUCH", 900))

    assert shop.prices.amounts == {}


async def test_a_variant_has_so_many_breaks_and_no_more(shop: Shop) -> None:
    sale = await shop.sale()

    assert await shop.put(sale, *(price(MUG, 1, least) for least in range(1, 51))) == 50
    with pytest.raises(InvalidValue):
        await shop.put(sale, price(MUG, 1, 51))


async def test_prices_are_removed(shop: Shop) -> None:
    sale = await shop.sale()
    await shop.put(sale, price(MUG, 900), price(MUG, 800, 10))

    gone = await shop.editor.remove_prices(sale.id, 2, MUG, None, CLERK)

    assert (gone.changed, gone.price_list.version) == (2, 3)
    with pytest.raises(NotFound):
        await shop.editor.remove_prices(sale.id, 3, MUG, None, CLERK)
    assert (await shop.lists.get(sale.id)).version == 3


async def test_a_list_with_prices_keeps_its_currency(shop: Shop) -> None:
    sale = await shop.sale()
    in_euros = PriceListDefinition(name="Sale", currency="EUR")
    await shop.put(sale, price(MUG, 900))

    with pytest.raises(Conflict):
        await shop.editor.replace(sale.id, 2, in_euros, CLERK)
    await shop.editor.remove_prices(sale.id, 2, MUG, 1, CLERK)
    changed = await shop.editor.replace(sale.id, 3, in_euros, CLERK)

    assert changed.definition.currency == "EUR"


async def test_a_list_is_named_by_one_line(shop: Shop) -> None:
    for name in ("  ", "a\nb"):
        with pytest.raises(InvalidValue) as refused:
            await shop.editor.create(PriceListDefinition(name=name, currency="USD"), CLERK)
        assert refused.value.pointer == "/name"


async def test_a_change_of_what_others_changed_is_refused(shop: Shop) -> None:
    sale = await shop.sale()
    await shop.put(sale, price(MUG, 900), version=1)

    with pytest.raises(StaleVersion):
        await shop.put(sale, price(MUG, 800), version=1)
    with pytest.raises(StaleVersion):
        await shop.editor.remove_prices(sale.id, 1, MUG, None, CLERK)

    assert shop.prices.amounts[sale.id] == {(MUG, 1): 900}


async def test_only_who_may_write_prices_does(shop: Shop) -> None:
    sale = await shop.sale()
    reader = Actor(account_id=CLERK.account_id, permissions=frozenset({"catalog:read"}))

    with pytest.raises(Forbidden):
        await shop.put(sale, price(MUG, 900), actor=reader)
    with pytest.raises(Forbidden):
        await shop.editor.remove_prices(sale.id, None, MUG, None, reader)


async def test_a_call_that_is_resumed_writes_nothing_again(shop: Shop) -> None:
    sale = await shop.sale()
    await shop.put(sale, price(MUG, 900))
    shop.uow.resumed = True

    assert await shop.put(sale, price(MUG, 900), version=1) == 0
    await shop.editor.remove_prices(sale.id, 1, MUG, None, CLERK)

    assert shop.prices.amounts[sale.id] == {(MUG, 1): 900}
