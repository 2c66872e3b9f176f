"""Exports and erasures."""

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.privacy.data import PgPersonalData
from ecommerce.adapters.postgres.privacy.people import PgPeople
from ecommerce.adapters.postgres.privacy.requests import PgPrivacyRequests
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.contracts import EmailRules, SignOuts, StaffLeaving
from ecommerce.application.identity.ports import EndedSessions, Sessions
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.identity.sign_out_all import SignOutForGood
from ecommerce.application.orders.cancel_order import CancelOrderHandler
from ecommerce.application.orders.contracts import OrderCanceller
from ecommerce.application.privacy.archive_links import ArchiveLinks
from ecommerce.application.privacy.ask_for_export import AskForExportHandler
from ecommerce.application.privacy.close_account import CloseAccountHandler, Farewell
from ecommerce.application.privacy.erase_person import ErasePersonHandler
from ecommerce.application.privacy.fetch_archive import ArchiveReader, FetchArchiveHandler
from ecommerce.application.privacy.make_export import MakeExportHandler
from ecommerce.application.privacy.ports import People, PersonalData, PrivacyRequests, PrivacyRules
from ecommerce.application.privacy.resume import ResumePrivacyHandler
from ecommerce.application.privacy.show_export import ShowExportHandler
from ecommerce.application.privacy.whose import Whose
from ecommerce.application.shared.ports import Cipher, UnitOfWork
from ecommerce.entrypoints.bootstrap.settings import Settings


class PrivacyProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def rules(self, settings: Settings) -> PrivacyRules:
        return PrivacyRules(base_url=settings.base_url, locale=settings.store.language)

    @provide
    def people(self, database: Database, uow: PgUnitOfWork) -> People:
        return PgPeople(database, uow)

    @provide
    def requests(self, database: Database, uow: PgUnitOfWork) -> PrivacyRequests:
        return PgPrivacyRequests(database, uow)

    @provide
    def data(self, uow: PgUnitOfWork) -> PersonalData:
        return PgPersonalData(uow)

    @provide
    def staff(self, rules: RoleRules) -> StaffLeaving:
        return rules

    @provide
    def sign_outs(self, sessions: Sessions, ended: EndedSessions) -> SignOuts:
        return SignOutForGood(sessions, ended)

    @provide
    def canceller(self, cancel: CancelOrderHandler) -> OrderCanceller:
        return cancel

    @provide
    def whose(self, people: People, emails: EmailRules) -> Whose:
        return Whose(people, emails)

    @provide
    def make_export(
        self, uow: UnitOfWork, people: People, data: PersonalData, requests: PrivacyRequests, cipher: Cipher
    ) -> MakeExportHandler:
        return MakeExportHandler(uow, people, data, requests, cipher)

    links = provide(ArchiveLinks, scope=Scope.APP)
    handlers = provide_all(
        Farewell,
        AskForExportHandler,
        ShowExportHandler,
        ArchiveReader,
        FetchArchiveHandler,
        CloseAccountHandler,
        ErasePersonHandler,
        ResumePrivacyHandler,
    )
