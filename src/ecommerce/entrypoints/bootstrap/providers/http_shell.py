"""What the HTTP door stands on."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide
from redis.asyncio import Redis

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.redis.connection import connect
from ecommerce.adapters.redis.rate_limit import RedisLimiter
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.health import HealthChecks
from ecommerce.application.shared.rate_limiting import RateLimiter
from ecommerce.domain.shared.kernel import Unauthenticated
from ecommerce.entrypoints.bootstrap.health import ShopHealth
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.lifecycle import Lifecycle
from ecommerce.entrypoints.http.metrics import HttpMetrics
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
    async def redis(self, settings: Settings) -> AsyncIterator[Redis]:
        redis = connect(settings.redis_url)
        yield redis
        await redis.aclose()

    @provide
    async def limiter(self, redis: Redis) -> RateLimiter:
        limiter = RedisLimiter(redis)
        await limiter.warm()
        return limiter

    @provide
    def health(self, database: Database, redis: Redis) -> HealthChecks:
        return ShopHealth(database, redis)

    @provide
    def lifecycle(self) -> Lifecycle:
        return Lifecycle()

    @provide
    def metrics(self) -> HttpMetrics:
        return HttpMetrics()
