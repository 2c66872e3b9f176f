"""Stock, carts, checkout and orders."""

from datetime import timedelta

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.cart.repository import PgCartRepository
from ecommerce.adapters.postgres.checkout.placer import PgOrderPlacer
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.inventory.counts import PgStockCounts
from ecommerce.adapters.postgres.inventory.ledger import PgStockLedger
from ecommerce.adapters.postgres.orders.ledger import PgOrderLedger
from ecommerce.adapters.postgres.orders.queries import PgOrderQueries
from ecommerce.adapters.postgres.orders.repository import PgOrderRepository
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.cart.add_coupon import AddCouponHandler
from ecommerce.application.cart.add_item import AddItemHandler
from ecommerce.application.cart.change_line import ChangeLineHandler
from ecommerce.application.cart.checkout_carts import CheckoutCartReader
from ecommerce.application.cart.contracts import CartMerger, CheckoutCarts
from ecommerce.application.cart.edit_cart import CartEditor, Currencies
from ecommerce.application.cart.explain_cart import ExplainCartHandler
from ecommerce.application.cart.keep_details import KeepDetailsHandler
from ecommerce.application.cart.merge_cart import MergeCartHandler
from ecommerce.application.cart.ports import CartRepository
from ecommerce.application.cart.quote_cart import QuoteCartHandler
from ecommerce.application.cart.remove_coupon import RemoveCouponHandler
from ecommerce.application.cart.switch_currency import SwitchCurrencyHandler
from ecommerce.application.cart.view import CartPresenter
from ecommerce.application.checkout.answer import PlacedAnswer
from ecommerce.application.checkout.command import CheckoutRules
from ecommerce.application.checkout.commit import OrderCommitter
from ecommerce.application.checkout.details import BuyerDetailsResolver
from ecommerce.application.checkout.order_tokens import OrderTokens
from ecommerce.application.checkout.place_order import PlaceOrderHandler
from ecommerce.application.checkout.ports import OrderPlacer
from ecommerce.application.checkout.prepare import CartAllocation, OrderPreparer, OrderWriter
from ecommerce.application.inventory.adjust_stock import AdjustStockHandler
from ecommerce.application.inventory.contracts import StockLedger, StockPlanner
from ecommerce.application.inventory.planner import PriorityPlanner
from ecommerce.application.inventory.ports import StockCounts
from ecommerce.application.orders.cancel_order import CancelOrderHandler
from ecommerce.application.orders.contracts import OrderLedger, OrderViews
from ecommerce.application.orders.expire_orders import ExpireOrdersHandler
from ecommerce.application.orders.list_orders import ListOrdersHandler
from ecommerce.application.orders.ports import OrderQueries, OrderRepository
from ecommerce.application.orders.show_order import ShowOrderHandler
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.customer_keys import CustomerKeys
from ecommerce.application.shared.ports import Clock, Ids, Outbox, UnitOfWork
from ecommerce.application.shared.tokens import Tokens
from ecommerce.entrypoints.bootstrap.settings import Settings


class CheckoutProvider(Provider):
    scope = Scope.APP

    @provide
    def rules(self, settings: Settings) -> CheckoutRules:
        return CheckoutRules(
            manual_payment=settings.store.manual_payment,
            unpaid_for=timedelta(minutes=settings.store.unpaid_minutes),
            manual_unpaid_for=timedelta(days=settings.store.manual_unpaid_days),
            max_unpaid_orders=settings.store.max_unpaid_orders,
        )

    @provide
    def planner(self) -> StockPlanner:
        return PriorityPlanner()

    order_tokens = provide(OrderTokens)
    allocation = provide(CartAllocation)
    presenter = provide(CartPresenter)


class CartProvider(Provider):
    scope = Scope.REQUEST

    @provide
    def carts(self, database: Database, uow: PgUnitOfWork, ids: Ids, keys: CustomerKeys) -> CartRepository:
        return PgCartRepository(database, uow, ids, keys)

    @provide
    def checkout_carts(self, carts: CartRepository, settings: Settings) -> CheckoutCarts:
        return CheckoutCartReader(carts, settings.store.currency)

    @provide
    def editor(
        self,
        uow: UnitOfWork,
        carts: CartRepository,
        presenter: CartPresenter,
        tokens: Tokens,
        clock: Clock,
        call: Call,
        currencies: Currencies,
    ) -> CartEditor:
        return CartEditor(uow, carts, presenter, tokens, clock, call, currencies)

    @provide(scope=Scope.APP)
    def currencies(self, settings: Settings) -> Currencies:
        return settings.store

    @provide
    def merger(
        self, uow: UnitOfWork, carts: CartRepository, presenter: CartPresenter, settings: Settings
    ) -> CartMerger:
        return MergeCartHandler(uow, carts, presenter, settings.store.currency)

    handlers = provide_all(
        AddItemHandler,
        ChangeLineHandler,
        KeepDetailsHandler,
        SwitchCurrencyHandler,
        AddCouponHandler,
        RemoveCouponHandler,
        QuoteCartHandler,
        ExplainCartHandler,
    )


class OrderProvider(Provider):
    scope = Scope.REQUEST

    @provide
    def stock(self, uow: PgUnitOfWork) -> StockLedger:
        return PgStockLedger(uow)

    @provide
    def counts(self, database: Database, uow: PgUnitOfWork) -> StockCounts:
        return PgStockCounts(database, uow)

    @provide
    def placer(self, uow: PgUnitOfWork) -> OrderPlacer:
        return PgOrderPlacer(uow)

    @provide
    def ledger(self, uow: PgUnitOfWork, outbox: Outbox, stock: StockLedger) -> OrderLedger:
        return PgOrderLedger(uow, outbox, stock)

    @provide
    def orders(self, uow: PgUnitOfWork) -> OrderRepository:
        return PgOrderRepository(uow)

    @provide(scope=Scope.APP)
    def queries(self, database: Database) -> OrderQueries:
        return PgOrderQueries(database)

    @provide(scope=Scope.APP)
    def views(self, database: Database) -> OrderViews:
        return PgOrderQueries(database)

    handlers = provide_all(
        BuyerDetailsResolver,
        OrderWriter,
        OrderPreparer,
        OrderCommitter,
        PlacedAnswer,
        PlaceOrderHandler,
        ShowOrderHandler,
        CancelOrderHandler,
        ExpireOrdersHandler,
        ListOrdersHandler,
        AdjustStockHandler,
    )
