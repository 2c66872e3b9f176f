"""Where somebody is signed in, and from where they may try to."""

from dishka import Provider, Scope, provide, provide_all

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.identity.devices import PgKnownDevices, PgSessionQueries
from ecommerce.adapters.user_agents.parsed import ParsedUserAgents
from ecommerce.application.identity.devices import KnownDevices, SessionQueries, UserAgents
from ecommerce.application.identity.end_other_sessions import EndOtherSessionsHandler
from ecommerce.application.identity.end_session import EndSessionHandler
from ecommerce.application.identity.list_sessions import ListSessionsHandler
from ecommerce.application.identity.sign_in_attempts import SignInAttempts


class DeviceProvider(Provider):
    scope = Scope.APP

    @provide
    def known(self, database: Database) -> KnownDevices:
        return PgKnownDevices(database)

    @provide
    def queries(self, database: Database) -> SessionQueries:
        return PgSessionQueries(database)

    @provide
    def agents(self) -> UserAgents:
        return ParsedUserAgents()

    services = provide_all(SignInAttempts)
    handlers = provide_all(
        ListSessionsHandler, EndSessionHandler, EndOtherSessionsHandler, scope=Scope.REQUEST
    )
