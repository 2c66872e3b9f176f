"""Promotions, and the codes that open them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.pricing.benefits import AnyBenefit, Sum
from ecommerce.application.pricing.edit_promotions import READ, WRITE, PromotionEditor, PromotionRecord
from ecommerce.application.pricing.make_codes import CodesMade, CouponCodeMaker, ManyCodes, SharedCode
from ecommerce.application.pricing.ports import CodeEdge, CouponCode, CouponCodeBook
from ecommerce.application.pricing.promotions import ConditionsDefinition, PromotionDefinition
from ecommerce.application.pricing.simulate_promotion import SimulatePromotionHandler, Simulation
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import Record, Records
from ecommerce.domain.pricing.coupon_code import UNGUESSABLE
from ecommerce.domain.pricing.refusals import CodeTaken, LimitBelowUse
from ecommerce.domain.shared.kernel import Conflict, InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.admin_records import RecordListQuery, record_controller
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.etags import required_version
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import COUNTED, Links, Page
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, post

# A code has no version that could move: it is there, or it is retired.
_ONLY_VERSION = 1


class PromotionView(msgspec.Struct, frozen=True):
    """`used` and `spent` count what orders hold now; `spent` by currency."""

    id: UUID
    name: str
    benefit: AnyBenefit
    enabled: bool
    by_code: bool
    priority: int
    group: str | None
    alone: bool
    starts_at: datetime | None
    ends_at: datetime | None
    conditions: ConditionsDefinition
    max_uses: int | None
    per_customer: int | None
    budget: Sum | None
    used: int
    spent: list[Amount]
    created_at: datetime
    updated_at: datetime


def _show(record: Record[PromotionDefinition]) -> PromotionView:
    counted = record if isinstance(record, PromotionRecord) else None
    return PromotionView(
        id=record.id,
        **msgspec.structs.asdict(record.definition),
        used=counted.used if counted else 0,
        spent=counted.spent if counted else [],
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


AdminPromotionController = record_controller(
    "/admin/promotions",
    "promotion",
    PromotionDefinition,
    PromotionEditor,
    read=READ,
    view=PromotionView,
    show=_show,
    raises=(NotFound, LimitBelowUse),
)


class SimulateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the last orders."""

    orders: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100


class AdminPromotionSimulationController(Controller):
    path = "/admin/promotions/{record_id:uuid}/simulate"
    tags = ("Admin: promotions",)

    @post("/", policy=staff(READ), idempotent=True, raises=(NotFound,))
    async def simulate(
        self,
        record_id: FromPath[UUID],
        data: JSONBody[SimulateBody | None],
        handler: FromDishka[SimulatePromotionHandler],
        call: FromDishka[Call],
    ) -> Simulation:
        """Tell what a promotion would have made of the last orders, as if it had held.

        It need not be enabled; its dates, limits and codes don't count.
        """
        return await handler(record_id, (data or SimulateBody()).orders, call.actor)


class CouponCodesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either a `code` that everybody may know (without `max_uses` for any number of uses), or the `count` of
    codes to be made by chance: `length` letters of it behind the `prefix`, each to be used `max_uses` times
    (1).
    """

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200, examples=["SUMMER10"])] | None = None
    count: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None,
        msgspec.Meta(examples=[None]),
    ] = None
    prefix: Annotated[
        Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[A-Za-z0-9-]*(?![\s\S])")] | None,
        msgspec.Meta(examples=[None]),
    ] = None
    length: Annotated[
        Annotated[int, msgspec.Meta(ge=UNGUESSABLE, le=32)] | None, msgspec.Meta(examples=[None])
    ] = None
    max_uses: Annotated[int, msgspec.Meta(ge=1, le=2_000_000_000)] | None = None

    def wish(self) -> SharedCode | ManyCodes:
        """Raises `InvalidValue` unless it is one of the two."""
        if (self.code is None) == (self.count is None):
            raise InvalidValue("give either a code, or the count of codes to be made", "/code")
        if self.count is None:
            if self.prefix is not None or self.length is not None:
                raise InvalidValue("this is for codes that are made by chance", "/prefix")
            return SharedCode(code=self.code or "", max_uses=self.max_uses)
        return ManyCodes(
            count=self.count,
            length=self.length or UNGUESSABLE,
            prefix=self.prefix or "",
            max_uses=self.max_uses or 1,
        )


class AdminCouponCodeController(Controller):
    path = "/admin/promotions/{record_id:uuid}/codes"
    tags = ("Admin: promotions",)

    @get("/", policy=staff(READ), raises=(InvalidValue, NotFound))
    async def find(
        self,
        record_id: FromPath[UUID],
        query: Query[RecordListQuery],
        promotions: FromDishka[Records[PromotionDefinition]],
        book: FromDishka[CouponCodeBook],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[CouponCode]:
        """List a promotion's codes, the newest first: their beginnings, and how often they are used."""
        size, offset = query.page_size, ((query.page or 1) - 1) * query.page_size
        if offset >= COUNTED:
            raise InvalidValue("follow `next` to what is that far down", pointer="/query/page")
        path = f"/api/v1/admin/promotions/{record_id}/codes"
        fingerprint = f"{path}:{size}"
        edge = None
        if query.cursor is not None:
            backwards, code_id = cursors.decode(query.cursor, fingerprint)
            edge = CodeEdge(UUID(code_id), backwards)
        await promotions.get(record_id)
        listed = await book.page(record_id, size, 0 if edge else offset, edge)

        def link(code: CouponCode, backwards: bool) -> str | None:
            cursor = cursors.encode([backwards, str(code.id)], fingerprint)
            return links.page(path, [("page_size", str(size))], cursor)

        shown = list(listed.codes)
        return Page(
            count=min(listed.count, COUNTED),
            next=link(shown[-1], False) if shown and listed.after else None,
            previous=link(shown[0], True) if shown and listed.before else None,
            results=shown,
            count_is_minimum=listed.count > COUNTED,
        )

    @post(
        "/",
        status=201,
        policy=staff(WRITE),
        idempotent=True,
        raises=(InvalidValue, NotFound, Conflict, CodeTaken),
    )
    async def make(
        self,
        record_id: FromPath[UUID],
        data: JSONBody[CouponCodesBody],
        maker: FromDishka[CouponCodeMaker],
        call: FromDishka[Call],
    ) -> CouponCode | CodesMade:
        """Give a promotion a code, or make many that nobody can guess: this answer alone tells them."""
        wish = data.wish()
        if isinstance(wish, SharedCode):
            return await maker.share(record_id, wish, call.actor)
        return await maker.make(record_id, wish, call.actor)

    @get("/{code_id:uuid}", policy=staff(READ), raises=(NotFound,))
    async def show(
        self, record_id: FromPath[UUID], code_id: FromPath[UUID], book: FromDishka[CouponCodeBook]
    ) -> Reply[CouponCode]:
        """Show what is known of a code."""
        return Reply(await book.get(record_id, code_id), etag=str(_ONLY_VERSION))

    @delete(
        "/{code_id:uuid}",
        policy=staff(WRITE),
        idempotent=True,
        raises=(NotFound, StaleVersion, PreconditionRequired),
    )
    async def retire(
        self,
        record_id: FromPath[UUID],
        code_id: FromPath[UUID],
        maker: FromDishka[CouponCodeMaker],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> None:
        """Retire a code: it opens nothing any more, and leaves the carts that hold it."""
        if required_version(if_match) not in (None, _ONLY_VERSION):
            raise StaleVersion("a code has one version alone; read it again")
        await maker.retire(record_id, code_id, call.actor)
