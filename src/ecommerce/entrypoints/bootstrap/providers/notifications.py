"""Messages to people, by e-mail."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.email.smtp import MailServer, SmtpSender
from ecommerce.adapters.email.templates import Templates
from ecommerce.adapters.postgres.notifications import PgLetterBox
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.notifications.contracts import MessageLinks, Notifier
from ecommerce.application.notifications.deliver_notification import DeliverNotificationHandler
from ecommerce.application.notifications.linked_sender import LinkedSender
from ecommerce.application.notifications.notifier import OutboxNotifier
from ecommerce.application.notifications.ports import Channels, LetterBox
from ecommerce.application.notifications.tell_about_order import Language, OrderTeller
from ecommerce.application.shared.ports import Ids, Outbox
from ecommerce.entrypoints.bootstrap.settings import Settings


class NotificationsProvider(Provider):
    scope = Scope.REQUEST

    deliver = provide(DeliverNotificationHandler)
    teller = provide(OrderTeller)

    @provide
    def letters(self, uow: PgUnitOfWork) -> LetterBox:
        return PgLetterBox(uow)

    @provide
    def notifier(self, letters: LetterBox, outbox: Outbox, ids: Ids) -> Notifier:
        return OutboxNotifier(letters, outbox, ids)

    @provide(scope=Scope.APP)
    def channels(self, settings: Settings, links: MessageLinks) -> Channels:
        mail = settings.mail
        sender = SmtpSender(
            MailServer.from_url(mail.smtp_url), mail.sender, Templates(settings.store.name), mail.timeout
        )
        return Channels({"email": LinkedSender(sender, links)}, claim_seconds=settings.worker.lease)

    @provide(scope=Scope.APP)
    def language(self, settings: Settings) -> Language:
        return Language(settings.store.language)
