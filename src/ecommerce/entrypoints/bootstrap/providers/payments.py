"""Payments: the provider, what is kept of it, and all that is done with it."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.payments.inbox import PgWebhookInbox
from ecommerce.adapters.postgres.payments.queries import PgPaymentQueries
from ecommerce.adapters.postgres.payments.refunds import PgRefundRepository
from ecommerce.adapters.postgres.payments.repository import PgPaymentRepository
from ecommerce.adapters.postgres.payments.started import PgStartedPayments
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.stripe.client import StripeConnection
from ecommerce.adapters.stripe.gateway import StripeGateway
from ecommerce.adapters.stripe.webhook import StripeWebhooks
from ecommerce.application.payments.capture_order import CaptureOrderHandler, CapturingBooks
from ecommerce.application.payments.care import (
    ReconcilePaymentsHandler,
    RetryRefundsHandler,
    RetryStartsHandler,
)
from ecommerce.application.payments.close_payments import ClosePaymentsHandler, ClosingBooks
from ecommerce.application.payments.contracts import PaymentStarter
from ecommerce.application.payments.handle_webhook import HandleWebhookHandler, Settlers
from ecommerce.application.payments.open_intent import Attempts, OpenIntentHandler
from ecommerce.application.payments.owed import OwedRefunds
from ecommerce.application.payments.ports import (
    PaymentGateway,
    PaymentQueries,
    PaymentRepository,
    RefundRepository,
    StartedPayments,
    WebhookInbox,
    WebhookReader,
)
from ecommerce.application.payments.receive_webhook import ReceiveWebhookHandler
from ecommerce.application.payments.refund_order import Refunding, RefundOrderHandler
from ecommerce.application.payments.refund_settlement import RefundSettlement
from ecommerce.application.payments.send_refund import RefundBooks, SendRefundHandler
from ecommerce.application.payments.settle_dispute import SettleDisputeHandler
from ecommerce.application.payments.settle_payment import SettlePaymentHandler
from ecommerce.application.payments.start_payment import GatewayPaymentStarter
from ecommerce.application.payments.sync_payment import SyncPaymentHandler
from ecommerce.application.payments.sync_refunds import SyncRefundsHandler
from ecommerce.application.shared.ports import Cipher
from ecommerce.entrypoints.bootstrap.settings import Settings


class StripeProvider(Provider):
    """One HTTP client a process. Tests replace the gateway alone."""

    scope = Scope.APP

    @provide
    async def connection(self, settings: Settings) -> AsyncIterator[StripeConnection]:
        wanted = settings.stripe
        connection = StripeConnection(wanted.api_key, wanted.api_base, wanted.timeout)
        yield connection
        await connection.close()

    @provide
    def gateway(self, connection: StripeConnection) -> PaymentGateway:
        return StripeGateway(connection)

    @provide
    def webhooks(self, settings: Settings, connection: StripeConnection) -> WebhookReader:
        return StripeWebhooks(settings.stripe.webhook_secrets, livemode=connection.livemode)


class PaymentsProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def queries(self, database: Database) -> PaymentQueries:
        return PgPaymentQueries(database)

    @provide(scope=Scope.APP)
    def started(self, database: Database) -> StartedPayments:
        return PgStartedPayments(database)

    @provide(scope=Scope.APP)
    def starter(
        self, gateway: PaymentGateway, started: StartedPayments, cipher: Cipher, settings: Settings
    ) -> PaymentStarter:
        return GatewayPaymentStarter(gateway, started, cipher, settings.stripe.publishable_key)

    @provide
    def payments(self, uow: PgUnitOfWork) -> PaymentRepository:
        return PgPaymentRepository(uow)

    @provide
    def refunds(self, uow: PgUnitOfWork) -> RefundRepository:
        return PgRefundRepository(uow)

    @provide
    def inbox(self, uow: PgUnitOfWork) -> WebhookInbox:
        return PgWebhookInbox(uow)

    books = provide_all(
        OwedRefunds,
        RefundSettlement,
        RefundBooks,
        Refunding,
        Attempts,
        ClosingBooks,
        CapturingBooks,
        Settlers,
    )
    handlers = provide_all(
        SettlePaymentHandler,
        SettleDisputeHandler,
        SyncPaymentHandler,
        SyncRefundsHandler,
        SendRefundHandler,
        RefundOrderHandler,
        CaptureOrderHandler,
        OpenIntentHandler,
        ReceiveWebhookHandler,
        HandleWebhookHandler,
        ClosePaymentsHandler,
        RetryStartsHandler,
        RetryRefundsHandler,
        ReconcilePaymentsHandler,
    )
