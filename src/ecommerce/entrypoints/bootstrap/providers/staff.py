"""Staff and machines: who may do what, and who is asking."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.identity.api_keys import PgApiKeys
from ecommerce.adapters.postgres.identity.authority import PgAuthority
from ecommerce.adapters.postgres.identity.roles import PgRoleBook
from ecommerce.adapters.postgres.identity.staff import PgStaffRoster
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.authenticate import BearerAuthenticator, LiveTokens
from ecommerce.application.identity.authenticate_keys import CallerAuthenticator, KeyAuthenticator
from ecommerce.application.identity.edit_api_keys import ApiKeyEditor
from ecommerce.application.identity.edit_roles import RoleEditor
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.identity.staff_ports import ApiKeys, Authority, RoleBook, StaffRoster
from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.rate_limiting import Rate, RateLimiter
from ecommerce.entrypoints.bootstrap.settings import Settings


class StaffProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    async def authority(self, database: Database) -> AsyncIterator[Authority]:
        authority = PgAuthority(database)
        authority.start()
        yield authority
        await authority.stop()

    @provide(scope=Scope.APP)
    def authenticator(
        self, live: LiveTokens, authority: Authority, limiter: RateLimiter, settings: Settings
    ) -> Authenticator:
        guesses = Rate("api_key", settings.rate_limits.auth_address)
        return CallerAuthenticator(
            BearerAuthenticator(live, authority), KeyAuthenticator(authority, limiter, guesses)
        )

    @provide
    def roles(self, database: Database, uow: PgUnitOfWork) -> RoleBook:
        return PgRoleBook(database, uow)

    @provide
    def roster(self, database: Database, uow: PgUnitOfWork) -> StaffRoster:
        return PgStaffRoster(database, uow)

    @provide
    def keys(self, database: Database, uow: PgUnitOfWork) -> ApiKeys:
        return PgApiKeys(database, uow)

    handlers = provide_all(RoleRules, RoleEditor, ApiKeyEditor)
