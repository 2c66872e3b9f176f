"""What lives as long as the process and every request may need."""

from dataclasses import dataclass

from dishka import AsyncContainer

from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.idempotency import IdempotencyStore
from ecommerce.application.shared.rate_limiting import RateLimiter
from ecommerce.entrypoints.http.config import HttpConfig


@dataclass(frozen=True, slots=True)
class Door:
    container: AsyncContainer
    config: HttpConfig
    authenticator: Authenticator
    limiter: RateLimiter
    idempotency: IdempotencyStore


async def open_door(container: AsyncContainer, config: HttpConfig) -> Door:
    return Door(
        container,
        config,
        await container.get(Authenticator),
        await container.get(RateLimiter),
        await container.get(IdempotencyStore),
    )
