"""People: their accounts, sessions, tokens, passwords and addresses."""

from collections.abc import AsyncIterator, Iterator

from dishka import Provider, Scope, provide, provide_all
from sqlalchemy.ext.asyncio import AsyncSession

from ecommerce.adapters.argon2.hasher import CHEAPEST, Argon2Hasher, Cost
from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.adapters.contact.phone_numbers import E164PhoneNumbers
from ecommerce.adapters.contact.places import IsoPlaces
from ecommerce.adapters.jwt.access_tokens import JwtAccessTokens
from ecommerce.adapters.jwt.keys import Ed25519KeyMaker, KeyRing
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.identity.accounts import PgAccounts
from ecommerce.adapters.postgres.identity.address_book import SqlAddressBook, SqlAddressEntries
from ecommerce.adapters.postgres.identity.customer_groups import PgCustomerGroups
from ecommerce.adapters.postgres.identity.ended_sessions import PgEndedSessions
from ecommerce.adapters.postgres.identity.profiles import SqlAccountEmails, SqlProfiles, SqlUserQueries
from ecommerce.adapters.postgres.identity.sessions import PgSessions
from ecommerce.adapters.postgres.identity.signing_keys import PgKeyRotation, PgSigningKeys
from ecommerce.adapters.postgres.sql_unit_of_work import ReadSession, SqlUnitOfWork
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.common_passwords import common_passwords
from ecommerce.application.identity.address_book import (
    AddAddressHandler,
    ChangeAddressHandler,
    RemoveAddressHandler,
)
from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.authenticate import LiveTokens, VerifyTokenHandler
from ecommerce.application.identity.change_groups import ChangeGroupsHandler
from ecommerce.application.identity.change_profile import ChangeProfileHandler
from ecommerce.application.identity.change_roles import ChangeRolesHandler
from ecommerce.application.identity.check_address import AddressChecker, EmailChecker
from ecommerce.application.identity.contracts import AccountEmails, AddressBook, AddressRules, EmailRules
from ecommerce.application.identity.create_user import CreateUserHandler
from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.enrolment import Enrolment, NewPasswords
from ecommerce.application.identity.login import LoginHandler
from ecommerce.application.identity.logout import LogoutHandler
from ecommerce.application.identity.policy import IdentityPolicy
from ecommerce.application.identity.ports import (
    AccessTokens,
    Accounts,
    AddressEntries,
    CommonPasswords,
    CustomerGroups,
    EmailAddresses,
    EndedSessions,
    KeyMaker,
    KeyRotation,
    PasswordHasher,
    PhoneNumbers,
    Places,
    PlainUnitOfWork,
    Profiles,
    PublicKeys,
    Sessions,
    SigningKeys,
    UserQueries,
)
from ecommerce.application.identity.refresh import RefreshHandler
from ecommerce.application.identity.register import RegisterHandler
from ecommerce.application.identity.rotate_keys import RotateKeysHandler
from ecommerce.application.identity.set_password import SetPasswordHandler
from ecommerce.application.identity.sign_in import AccessTokenIssuer, SignIn
from ecommerce.application.identity.step_up import StepUpHandler
from ecommerce.application.shared.ports import Cipher, Clock, Outbox
from ecommerce.application.shared.rate_limiting import Rate
from ecommerce.entrypoints.bootstrap.settings import Settings


class CredentialsProvider(Provider):
    """What lives as long as the process: keys, hashing, the sessions that ended, the rules of addresses."""

    scope = Scope.APP

    @provide
    def policy(self, settings: Settings) -> IdentityPolicy:
        return IdentityPolicy(
            verified_only=settings.require_verified_email,
            attempts=Rate("auth_account", settings.rate_limits.auth),
        )

    @provide
    def hasher(self, settings: Settings) -> Iterator[PasswordHasher]:
        hasher = Argon2Hasher(CHEAPEST if settings.env == "test" else Cost())
        yield hasher
        hasher.close()

    @provide
    def common(self) -> CommonPasswords:
        return common_passwords()

    @provide
    def emails(self, settings: Settings) -> EmailAddresses:
        return CheckedEmailAddresses(reserved=settings.env != "production")

    @provide
    def phones(self) -> PhoneNumbers:
        return E164PhoneNumbers()

    @provide
    def places(self) -> Places:
        return IsoPlaces()

    @provide
    def address_rules(self, places: Places, phones: PhoneNumbers) -> AddressRules:
        return AddressChecker(places, phones)

    @provide
    def email_rules(self, emails: EmailAddresses) -> EmailRules:
        return EmailChecker(emails)

    @provide
    async def ended(self, database: Database) -> AsyncIterator[EndedSessions]:
        ended = PgEndedSessions(database)
        ended.start()
        yield ended
        await ended.stop()

    @provide
    def keys(self, database: Database) -> SigningKeys:
        return PgSigningKeys(database)

    @provide
    def maker(self, cipher: Cipher) -> KeyMaker:
        return Ed25519KeyMaker(cipher)

    @provide
    def ring(self, keys: SigningKeys, maker: KeyMaker, cipher: Cipher) -> KeyRing:
        return KeyRing(keys, maker, cipher)

    @provide
    def public_keys(self, ring: KeyRing) -> PublicKeys:
        return ring

    @provide
    def access_tokens(self, ring: KeyRing, clock: Clock, settings: Settings) -> AccessTokens:
        return JwtAccessTokens(ring, clock, settings.base_url, f"{settings.base_url}/api/v1")

    services = provide_all(LiveTokens, AccessTokenIssuer, Enrolment, NewPasswords, Attempts)


class AccountProvider(Provider):
    """Signing in and staff work, on the hot lane: sessions, events and audit in one transaction."""

    scope = Scope.REQUEST

    @provide
    def accounts(self, database: Database, uow: PgUnitOfWork, outbox: Outbox) -> Accounts:
        return PgAccounts(database, uow, outbox)

    @provide
    def sessions(self, uow: PgUnitOfWork) -> Sessions:
        return PgSessions(uow)

    @provide
    def customer_groups(self, database: Database, uow: PgUnitOfWork) -> CustomerGroups:
        return PgCustomerGroups(database, uow)

    @provide
    def key_rotation(self, uow: PgUnitOfWork) -> KeyRotation:
        return PgKeyRotation(uow)

    handlers = provide_all(
        Credentials,
        SignIn,
        RegisterHandler,
        LoginHandler,
        RefreshHandler,
        LogoutHandler,
        StepUpHandler,
        VerifyTokenHandler,
        CreateUserHandler,
        ChangeRolesHandler,
        ChangeGroupsHandler,
        SetPasswordHandler,
        RotateKeysHandler,
    )


class ProfileProvider(Provider):
    """Profiles and address books, on the cold lane."""

    scope = Scope.REQUEST

    @provide
    def unit_of_work(self, uow: SqlUnitOfWork) -> PlainUnitOfWork:
        return uow

    @provide
    def profiles(self, session: AsyncSession, reads: ReadSession) -> Profiles:
        return SqlProfiles(session, reads)

    @provide
    def users(self, reads: ReadSession) -> UserQueries:
        return SqlUserQueries(reads)

    @provide
    def emails(self, reads: ReadSession) -> AccountEmails:
        return SqlAccountEmails(reads)

    @provide
    def entries(self, session: AsyncSession, reads: ReadSession) -> AddressEntries:
        return SqlAddressEntries(session, reads)

    @provide
    def address_book(self, reads: ReadSession) -> AddressBook:
        return SqlAddressBook(reads)

    handlers = provide_all(
        ChangeProfileHandler, AddAddressHandler, ChangeAddressHandler, RemoveAddressHandler
    )
