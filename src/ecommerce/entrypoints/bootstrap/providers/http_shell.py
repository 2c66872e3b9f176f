"""What the HTTP door stands on."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.redis.rate_limit import LocalLimiter
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimiter
from ecommerce.domain.shared.kernel import Unauthenticated
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.pages import Links


class NobodyKnown:
    """Refuses every credential: who can be known is for identity to say."""

    async def __call__(self, authorization: str, call: Call) -> Actor:
        raise Unauthenticated("these credentials are not known")


class HttpShellProvider(Provider):
    scope = Scope.APP

    @provide
    def config(self, settings: Settings) -> HttpConfig:
        return http_config(settings)

    @provide
    def cursors(self, config: HttpConfig) -> Cursors:
        return Cursors(config.cursor_key)

    @provide
    def links(self, config: HttpConfig) -> Links:
        return Links(config.base_url)

    @provide
    def authenticator(self) -> Authenticator:
        return NobodyKnown()

    @provide
    def limiter(self) -> RateLimiter:
        return LocalLimiter()
