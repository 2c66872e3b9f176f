"""Proving an address, and getting back in: one-time tokens and the mails that carry them."""

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.identity.one_time_tokens import PgAccountSecrets, PgOneTimeTokens
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.ask_for_link import AskForLinkHandler
from ecommerce.application.identity.change_email import ChangeEmailHandler
from ecommerce.application.identity.change_password import ChangePasswordHandler
from ecommerce.application.identity.mail_owner import MailOwnerHandler
from ecommerce.application.identity.new_password import NewPassword
from ecommerce.application.identity.one_time_links import OneTimeLinks, OwnerMail
from ecommerce.application.identity.one_time_ports import AccountSecrets, OneTimeTokens
from ecommerce.application.identity.own_account import OwnAccount
from ecommerce.application.identity.reset_password import ResetPasswordHandler
from ecommerce.application.identity.verify_email import VerifyEmailHandler
from ecommerce.application.notifications.contracts import MessageLinks, Notifier
from ecommerce.application.shared.ports import Ids
from ecommerce.application.shared.tokens import Tokens
from ecommerce.entrypoints.bootstrap.settings import Settings


class RecoveryProvider(Provider):
    """On the hot lane: tokens, sessions, events and audit in one transaction."""

    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def links(self, tokens: Tokens, settings: Settings) -> OneTimeLinks:
        return OneTimeLinks(tokens, settings.storefront_url or settings.base_url)

    @provide(scope=Scope.APP)
    def message_links(self, links: OneTimeLinks) -> MessageLinks:
        return links

    @provide
    def one_time_tokens(self, database: Database, uow: PgUnitOfWork) -> OneTimeTokens:
        return PgOneTimeTokens(database, uow)

    @provide
    def secrets(self, uow: PgUnitOfWork) -> AccountSecrets:
        return PgAccountSecrets(uow)

    @provide
    def mail(
        self, tokens: OneTimeTokens, links: OneTimeLinks, notifier: Notifier, ids: Ids, settings: Settings
    ) -> OwnerMail:
        return OwnerMail(tokens, links, notifier, ids, settings.store.language)

    handlers = provide_all(
        OwnAccount,
        NewPassword,
        AskForLinkHandler,
        MailOwnerHandler,
        VerifyEmailHandler,
        ChangeEmailHandler,
        ChangePasswordHandler,
        ResetPasswordHandler,
    )
