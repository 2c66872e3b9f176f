"""Promotions, changed by staff."""

from uuid import UUID

import msgspec

from ecommerce.application.pricing.edit_price_lists import StoreMoney
from ecommerce.application.pricing.goods import ids_of, places_of
from ecommerce.application.pricing.ports import IsoCodes, KnownGoods
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.records import Desk, Record, RecordEditor, Records
from ecommerce.domain.shared.kernel import NotFound

READ, WRITE = "promotions:read", "promotions:write"


class PromotionRecord(Record[PromotionDefinition], frozen=True):
    """`used` and `spent` count what orders hold now; `spent` by currency."""

    used: int = 0
    spent: list[Amount] = msgspec.field(default_factory=list)


class PromotionEditor(RecordEditor[PromotionDefinition]):
    """A limit that is put on counts what was used before. Also raises `LimitBelowUse`, and `NotFound` telling
    where goods are named that nobody knows.

    A promotion is never deleted: orders tell of it. Archived, it applies no more, and its codes open nothing.
    """

    permission = WRITE
    topic = "pricing.promotion"
    removed = "archived"

    def __init__(
        self,
        desk: Desk,
        records: Records[PromotionDefinition],
        goods: KnownGoods,
        codes: IsoCodes,
        store: StoreMoney,
    ) -> None:
        super().__init__(desk, records)
        self._goods = goods
        self._codes = codes
        self._store = store

    async def check(self, definition: PromotionDefinition, record_id: UUID | None) -> PromotionDefinition:
        faults = Faults()
        checked = faults.note(definition.checked, self._store.currencies, self._store.zone)
        for index, country in enumerate(definition.conditions.countries):
            faults.note(self._codes.country, country, f"/conditions/countries/{index}")
        faults.settle()
        named = definition.goods()
        absent = list(places_of(await self._goods.unknown(ids_of(named)), named))
        if absent:
            raise NotFound(f"there is nothing of this id at {', '.join(absent[:20])}")
        return checked
