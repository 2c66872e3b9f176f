"""One process's connections to Redis. Nothing that sells waits for it long."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_CONNECTIONS = 16
_PATIENCE = 0.05


def connect(url: str) -> Redis:
    """Connects on first use. Each step ends after 50 ms: callers bound their calls further."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_PATIENCE,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
        client_name="ecommerce",
    )
    return Redis.from_pool(pool)  # closes the pool with itself
