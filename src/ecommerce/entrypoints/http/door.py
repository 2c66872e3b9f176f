"""What lives as long as the process and every request may need."""

from dataclasses import dataclass

from dishka import AsyncContainer

from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.idempotency import IdempotencyStore
from ecommerce.application.shared.rate_limiting import RateLimiter
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.lifecycle import Lifecycle
from ecommerce.entrypoints.http.metrics import HttpMetrics


@dataclass(frozen=True, slots=True)
class Door:
    container: AsyncContainer
    config: HttpConfig
    authenticator: Authenticator
    limiter: RateLimiter
    idempotency: IdempotencyStore
    lifecycle: Lifecycle
    metrics: HttpMetrics


async def open_door(container: AsyncContainer, config: HttpConfig) -> Door:
    return Door(
        container,
        config,
        await container.get(Authenticator),
        await container.get(RateLimiter),
        await container.get(IdempotencyStore),
        await container.get(Lifecycle),
        await container.get(HttpMetrics),
    )
