"""Staff change price lists, and the prices in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from ecommerce.application.pricing.ports import Break, PriceListPrices
from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.application.shared.records import Desk, Record, RecordEditor, Records
from ecommerce.domain.shared.kernel import Conflict, InvalidValue, NotFound
from ecommerce.domain.shared.money import Money

# A cart reads all breaks of what is in it.
MOST_BREAKS = 50
# As many as a line of a cart can hold.
MOST_UNITS = 999


@dataclass(frozen=True, slots=True)
class StoreMoney:
    """What the shop sells in, and where its clocks hang."""

    currencies: Collection[str]
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class WantedPrice:
    """Of a variant by exactly one of its id and its SKU."""

    variant: UUID | str
    min_quantity: int
    amount: Money

    @property
    def field(self) -> str:
        return "sku" if isinstance(self.variant, str) else "variant_id"


@dataclass(frozen=True, slots=True)
class ChangedPrices:
    price_list: Record[PriceListDefinition]
    changed: int


class PriceListEditor(RecordEditor[PriceListDefinition]):
    """A change of a list's prices is a change of the list: its version moves."""

    permission = "prices:write"
    topic = "pricing.price_list"

    def __init__(
        self, desk: Desk, records: Records[PriceListDefinition], prices: PriceListPrices, store: StoreMoney
    ) -> None:
        super().__init__(desk, records)
        self._prices = prices
        self._store = store

    async def check(self, definition: PriceListDefinition, record_id: UUID | None) -> PriceListDefinition:
        """Raises `Conflict` too: amounts in one currency are no amounts in another."""
        checked = definition.checked(self._store.currencies, self._store.zone)
        if record_id is not None:
            held = await self._records.lock(record_id)
            if held.definition.currency != checked.currency and not await self._prices.is_empty(record_id):
                raise Conflict("the list has prices in its currency; remove them, or make another list")
        return checked

    async def put_prices(
        self, list_id: UUID, version: int | None, wanted: Sequence[WantedPrice], actor: Actor
    ) -> ChangedPrices:
        """Write these prices, and leave all others as they are. Repeating it changes nothing.

        Raises `InvalidValue` naming every variant that there isn't, every price in another currency and
        every one that stands there twice.
        """
        actor.require(self.permission)
        async with self._desk.uow.begin():
            if self._desk.uow.resumed:
                return ChangedPrices(await self._records.lock(list_id), 0)
            held = await self._held(list_id, version)
            breaks = await self._breaks(held, wanted)
            moved = await self._prices.put(list_id, breaks)
            most = await self._prices.most_breaks(list_id, [each.variant_id for each, _ in moved])
            if most > MOST_BREAKS:
                raise InvalidValue(f"a variant has {MOST_BREAKS} prices in a list at the most", "/prices")
            before = [Break(new.variant_id, new.min_quantity, old) for new, old in moved if old is not None]
            return await self._changed(held, before, [new for new, _ in moved], actor)

    async def remove_prices(
        self, list_id: UUID, version: int | None, variant_id: UUID, min_quantity: int | None, actor: Actor
    ) -> ChangedPrices:
        """Remove one price of the variant, or all. Raises `NotFound` when there was none."""
        actor.require(self.permission)
        async with self._desk.uow.begin():
            if self._desk.uow.resumed:
                return ChangedPrices(await self._records.lock(list_id), 0)
            held = await self._held(list_id, version)
            gone = await self._prices.remove(list_id, variant_id, min_quantity)
            if not gone:
                raise NotFound("the list has no such price")
            return await self._changed(held, gone, [], actor)

    async def _breaks(
        self, price_list: Record[PriceListDefinition], wanted: Sequence[WantedPrice]
    ) -> list[Break]:
        named = [each.variant for each in wanted]
        known = await self._prices.known(
            [each for each in named if isinstance(each, UUID)],
            [each for each in named if isinstance(each, str)],
        )
        currency = price_list.definition.currency
        faults, absent, breaks = [], [], {}
        for index, each in enumerate(wanted):
            at, variant_id = f"/prices/{index}", known.get(each.variant)
            if each.amount.currency != currency:
                faults.append(InvalidValue(f"the list is in {currency}", f"{at}/amount/currency"))
            if variant_id is None:
                absent.append(f"{at}/{each.field}")
            elif (variant_id, each.min_quantity) in breaks:
                faults.append(InvalidValue("this price stands here twice", at))
            else:
                key = (variant_id, each.min_quantity)
                breaks[key] = Break(variant_id, each.min_quantity, each.amount.amount)
        if faults:
            raise InvalidValues(faults)
        if absent:
            raise NotFound(f"there is no such variant at {', '.join(absent[:20])}")
        return list(breaks.values())

    async def _changed(
        self,
        held: Record[PriceListDefinition],
        before: Sequence[Break],
        after: Sequence[Break],
        actor: Actor,
    ) -> ChangedPrices:
        changed = max(len(before), len(after))
        if not changed:
            return ChangedPrices(held, 0)
        moved = await self._records.replace(held.id, held.version, held.definition)
        await self._desk.audit.record(
            actor,
            f"{self.topic}_prices_changed",
            f"price_list:{held.id}",
            {"prices": _plain(before)},
            {"prices": _plain(after)},
        )
        return ChangedPrices(moved, changed)


def _plain(breaks: Sequence[Break]) -> list[dict[str, object]]:
    return [
        {"variant_id": str(each.variant_id), "min_quantity": each.min_quantity, "amount": each.amount}
        for each in breaks
    ]
