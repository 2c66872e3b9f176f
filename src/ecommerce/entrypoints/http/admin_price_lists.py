"""Price lists, and the prices in them."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.pricing.edit_price_lists import (
    MOST_UNITS,
    ChangedPrices,
    PriceListEditor,
    WantedPrice,
)
from ecommerce.application.pricing.ports import BreakEdge, PricedVariant, PricedVariants, PriceListPrices
from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import Records
from ecommerce.domain.shared.kernel import Conflict, InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.admin_records import RecordListQuery, record_controller
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.etags import required_version
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import COUNTED, Links, Page
from ecommerce.entrypoints.http.price_body import UnitPriceBody
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, put

READ, WRITE = "catalog:read", PriceListEditor.permission
MOST_PRICES = 1_000
MinQuantity = Annotated[int, msgspec.Meta(ge=1, le=MOST_UNITS)]

AdminPriceListController = record_controller(
    "/admin/price-lists",
    "price list",
    PriceListDefinition,
    PriceListEditor,
    read=READ,
    raises=(Conflict,),
)


class ListPriceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `variant_id` or `sku`. What one unit costs from `min_quantity` units on."""

    amount: UnitPriceBody
    variant_id: Annotated[UUID | None, msgspec.Meta(examples=[None])] = None
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    min_quantity: MinQuantity = 1


class ListPricesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    prices: Annotated[list[ListPriceBody], msgspec.Meta(min_length=1, max_length=MOST_PRICES)]

    def wanted(self) -> list[WantedPrice]:
        """Raises `InvalidValue` for a price that doesn't name its variant by exactly one of id and SKU."""
        return [_wanted(index, each) for index, each in enumerate(self.prices)]


class ListPriceView(msgspec.Struct, frozen=True):
    variant_id: UUID
    sku: str
    min_quantity: int
    amount: Amount


class ListPricesChange(msgspec.Struct, frozen=True):
    """How many prices are different now. The ETag is the list's new version."""

    changed: int


class ListPriceQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `min_quantity` all prices of the variant."""

    min_quantity: MinQuantity | None = None


class AdminListPriceController(Controller):
    path = "/admin/price-lists/{record_id:uuid}/prices"
    tags = ("Admin: price lists",)

    @get("/", policy=staff(READ), raises=(InvalidValue, NotFound))
    async def find(
        self,
        record_id: FromPath[UUID],
        query: Query[RecordListQuery],
        lists: FromDishka[Records[PriceListDefinition]],
        prices: FromDishka[PriceListPrices],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Reply[Page[ListPriceView]]:
        """List a price list's prices, by variant and quantity. The ETag is the list's version."""
        size, offset = query.page_size, ((query.page or 1) - 1) * query.page_size
        if offset >= COUNTED:
            raise InvalidValue("follow `next` to what is that far down", pointer="/query/page")
        path = f"/api/v1/admin/price-lists/{record_id}/prices"
        fingerprint = f"{path}:{size}"
        edge = None if query.cursor is None else _edge(cursors.decode(query.cursor, fingerprint))
        price_list = await lists.get(record_id)
        listed = await prices.page(record_id, size, 0 if edge else offset, edge)

        def link(price: PricedVariant, backwards: bool) -> str | None:
            place = [backwards, str(price.variant_id), price.min_quantity]
            return links.page(path, [("page_size", str(size))], cursors.encode(place, fingerprint))

        first, last = (listed.prices[0], listed.prices[-1]) if listed.prices else (None, None)
        page = Page(
            count=min(listed.count, COUNTED),
            next=link(last, False) if last and listed.after else None,
            previous=link(first, True) if first and listed.before else None,
            results=_shown(listed, price_list.definition.currency),
            count_is_minimum=listed.count > COUNTED,
        )
        return Reply(page, etag=str(price_list.version))

    @put(
        "/",
        policy=staff(WRITE),
        idempotent=True,
        raises=(InvalidValue, NotFound, StaleVersion, PreconditionRequired),
    )
    async def put_prices(
        self,
        record_id: FromPath[UUID],
        data: JSONBody[ListPricesBody],
        edit: FromDishka[PriceListEditor],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[ListPricesChange]:
        """Add prices or change them; those that are not named stay as they are."""
        version = required_version(if_match)
        return _reply(await edit.put_prices(record_id, version, data.wanted(), call.actor))

    @delete(
        "/{variant_id:uuid}",
        policy=staff(WRITE),
        idempotent=True,
        raises=(NotFound, StaleVersion, PreconditionRequired),
    )
    async def remove_prices(
        self,
        record_id: FromPath[UUID],
        variant_id: FromPath[UUID],
        query: Query[ListPriceQuery],
        edit: FromDishka[PriceListEditor],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[None]:
        """Remove one price of a variant, or all it has in the list."""
        version = required_version(if_match)
        gone = await edit.remove_prices(record_id, version, variant_id, query.min_quantity, call.actor)
        return Reply(None, etag=str(gone.price_list.version))


def _wanted(index: int, price: ListPriceBody) -> WantedPrice:
    named = [each for each in (price.variant_id, price.sku) if each is not None]
    if len(named) != 1:
        raise InvalidValue("name the variant by variant_id or by sku", f"/prices/{index}/variant_id")
    return WantedPrice(named[0], price.min_quantity, price.amount.to_money())


def _reply(changed: ChangedPrices) -> Reply[ListPricesChange]:
    return Reply(ListPricesChange(changed.changed), etag=str(changed.price_list.version))


def _shown(listed: PricedVariants, currency: str) -> list[ListPriceView]:
    return [
        ListPriceView(each.variant_id, each.sku, each.min_quantity, Amount(each.amount, currency))
        for each in listed.prices
    ]


def _edge(place: list[Any]) -> BreakEdge:
    backwards, variant_id, min_quantity = place
    return BreakEdge(UUID(variant_id), min_quantity, backwards)
