"""What variants cost by themselves."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.catalog.base_prices import (
    READ,
    WRITE,
    BasePrices,
    SetBasePrices,
    SetBasePricesHandler,
    VariantPricesView,
    WantedPrice,
)
from ecommerce.application.shared.call import Call
from ecommerce.domain.catalog.base_price import VariantPrices
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.etags import required
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.price_body import UnitPriceBody
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import get, put


class BasePriceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`compare_at` is the price it is reduced from; it is more, and in the same currency."""

    amount: UnitPriceBody
    compare_at: Annotated[UnitPriceBody | None, msgspec.Meta(examples=[None])] = None


class BasePricesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them: in a currency that isn't here the variant can't be had any more."""

    prices: Annotated[list[BasePriceBody], msgspec.Meta(max_length=200)]


class AdminVariantPriceController(Controller):
    path = "/admin/variants/{variant_id:uuid}/prices"
    tags = ("Admin: prices",)

    @get("/", policy=staff(READ), raises=(NotFound,))
    async def show(
        self, variant_id: FromPath[UUID], prices: FromDishka[BasePrices]
    ) -> Reply[VariantPricesView]:
        """Show what a variant costs, in each currency."""
        return _reply(await prices.find(VariantId(variant_id)))

    @put(
        "/",
        policy=staff(WRITE),
        idempotent=True,
        raises=(InvalidValue, NotFound, StaleVersion, PreconditionRequired),
    )
    async def replace(
        self,
        variant_id: FromPath[UUID],
        data: JSONBody[BasePricesBody],
        handler: FromDishka[SetBasePricesHandler],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[VariantPricesView]:
        """Replace all prices of a variant. What is reduced shows the lowest price of the 30 days before."""
        command = SetBasePrices(
            variant_id=VariantId(variant_id),
            prices=[
                WantedPrice(
                    each.amount.to_money(), None if each.compare_at is None else each.compare_at.to_money()
                )
                for each in data.prices
            ],
            if_match=required(if_match),
        )
        return _reply(await handler(command, call.actor))


def _reply(held: VariantPrices) -> Reply[VariantPricesView]:
    return Reply(VariantPricesView.of(held), etag=held.etag)
