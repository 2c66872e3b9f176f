"""Promotions and their codes: what staff define, and what a cart asks for."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.coupon_codes import PgCouponCodeBook, PgCouponCodes
from ecommerce.adapters.postgres.pricing.known_goods import PgKnownGoods
from ecommerce.adapters.postgres.pricing.priced_orders import PgPricedOrders
from ecommerce.adapters.postgres.pricing.promotions import PgPromotions
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.consume_promotions import ConsumePromotionsHandler
from ecommerce.application.pricing.contracts import CouponCodes
from ecommerce.application.pricing.edit_promotions import PromotionEditor
from ecommerce.application.pricing.make_codes import CouponCodeMaker
from ecommerce.application.pricing.ports import CouponCodeBook, KnownGoods, PricedOrders
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.pricing.simulate_promotion import SimulatePromotionHandler
from ecommerce.application.shared.records import Records
from ecommerce.application.shared.tokens import Tokens


class PromotionsProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def codes(self, database: Database, tokens: Tokens) -> CouponCodes:
        return PgCouponCodes(database, tokens)

    @provide(scope=Scope.APP)
    def orders(self, database: Database) -> PricedOrders:
        return PgPricedOrders(database)

    @provide
    def records(self, database: Database, uow: PgUnitOfWork) -> Records[PromotionDefinition]:
        return PgPromotions(database, uow)

    @provide
    def book(self, database: Database, uow: PgUnitOfWork) -> CouponCodeBook:
        return PgCouponCodeBook(database, uow)

    @provide
    def goods(self, uow: PgUnitOfWork) -> KnownGoods:
        return PgKnownGoods(uow)

    editor = provide(PromotionEditor)
    maker = provide(CouponCodeMaker)
    simulate = provide(SimulatePromotionHandler)
    consume = provide(ConsumePromotionsHandler)
