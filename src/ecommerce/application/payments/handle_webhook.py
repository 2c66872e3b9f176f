"""Do what a stored webhook asks for. Doing it again changes nothing."""

from dataclasses import dataclass

from ecommerce.application.payments.ports import PaymentGateway, WebhookInbox, WebhookReader
from ecommerce.application.payments.provider import DisputeNews, IntentNews, News, NoNews, RefundNews
from ecommerce.application.payments.settle_dispute import SettleDispute, SettleDisputeHandler
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.application.payments.sync_refunds import SyncRefunds, SyncRefundsHandler
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleWebhook:
    provider: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Settlers:
    """What each kind of news leads to."""

    payment: SettlePaymentHandler
    refunds: SyncRefundsHandler
    dispute: SettleDisputeHandler


class HandleWebhookHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        inbox: WebhookInbox,
        reader: WebhookReader,
        gateway: PaymentGateway,
        settlers: Settlers,
    ) -> None:
        self._uow = uow
        self._inbox = inbox
        self._reader = reader
        self._gateway = gateway
        self._settlers = settlers

    async def __call__(self, command: HandleWebhook) -> None:
        async with self._uow.begin():
            incoming = await self._inbox.open(command.provider, command.event_id)
        if incoming is None:
            return
        outcome = await self._act(self._reader.read(incoming), f"webhook:{incoming.event_id}")
        async with self._uow.begin():
            await self._inbox.close(command.provider, command.event_id, outcome)

    async def _act(self, news: News, source: str) -> str:
        match news:
            case NoNews(why):
                return f"ignored: {why}"
            case IntentNews():
                return await self._payment(news, source)
            case RefundNews(intent_ref):
                return await self._settlers.refunds(SyncRefunds(intent_ref=intent_ref, source=source))
            case DisputeNews(dispute_ref):
                return await self._settlers.dispute(SettleDispute(dispute_ref=dispute_ref, source=source))

    async def _payment(self, news: IntentNews, source: str) -> str:
        if news.certain:
            return await self._settlers.payment(SettlePayment(intent=news.intent, source=source))
        try:
            intent = await self._gateway.get_intent(news.intent.ref)
        except NotFound:
            return "ignored: the provider doesn't know this intent"
        return await self._settlers.payment(SettlePayment(intent=intent, source=source, told=news.intent))
