"""The second factor: authenticator apps, recovery codes, sign-ins that wait for a code."""

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.identity.second_factors import PgChallenges, PgSecondFactors
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.totp.codes import TotpCodes
from ecommerce.application.identity.challenge import Challenger
from ecommerce.application.identity.enrol_totp import ConfirmTotpHandler, EnrolTotpHandler
from ecommerce.application.identity.mfa_ports import AuthenticatorCodes, Challenges, SecondFactors
from ecommerce.application.identity.remove_totp import RemoveTotpHandler
from ecommerce.application.identity.reset_mfa import ResetMfaHandler
from ecommerce.application.identity.second_factor import Authenticator, CodeCheck, MfaRecord, RecoveryCodes
from ecommerce.application.identity.session_proof import SessionProof
from ecommerce.application.identity.verify_mfa import VerifyMfaHandler
from ecommerce.application.notifications.tell_about_mfa import MfaTeller
from ecommerce.entrypoints.bootstrap.settings import Settings


class MfaProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def codes(self, settings: Settings) -> AuthenticatorCodes:
        return TotpCodes(settings.store.name)

    @provide
    def factors(self, uow: PgUnitOfWork) -> SecondFactors:
        return PgSecondFactors(uow)

    @provide
    def challenges(self, database: Database, uow: PgUnitOfWork) -> Challenges:
        return PgChallenges(database, uow)

    services = provide_all(Authenticator, RecoveryCodes, scope=Scope.APP)
    handlers = provide_all(
        Challenger,
        MfaRecord,
        CodeCheck,
        SessionProof,
        EnrolTotpHandler,
        ConfirmTotpHandler,
        RemoveTotpHandler,
        ResetMfaHandler,
        VerifyMfaHandler,
        MfaTeller,
    )
