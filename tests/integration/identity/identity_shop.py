"""The whole API in this process, over a database of its own; Redis is away unless a test asks for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import uuid4

import httpx

from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import RateLimits, Settings, load
from ecommerce.entrypoints.http.app import create_app

PASSWORD = "correct horse battery"
PLENTY = RateLimits(auth=100_000, auth_address=100_000, default=100_000)
OpenShop: TypeAlias = Callable[..., Awaitable[httpx.AsyncClient]]


def environment(database_url: str) -> dict[str, str]:
    return {
        "ECOMMERCE_ENV": "test",
        "ECOMMERCE_BASE_URL": "http://shop.test",
        "ECOMMERCE_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "ECOMMERCE_DATABASE_URL": database_url,
        # A busy machine is no reason for a 503 where many come at once.
        "ECOMMERCE_DATABASE_POOL_TIMEOUT_SECONDS": "25",
        "ECOMMERCE_DATABASE_STATEMENT_TIMEOUT_SECONDS": "25",
        "ECOMMERCE_DATABASE_LOCK_TIMEOUT_SECONDS": "25",
        "ECOMMERCE_REDIS_URL": "redis://127.0.0.1:1/0",
        "ECOMMERCE_STRIPE_API_KEY": "sk_test_x",
        "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_x",
        "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
        "ECOMMERCE_MAIL_FROM": "shop@shop.test",
        "ECOMMERCE_REQUIRE_VERIFIED_EMAIL": "false",
    }


def settings_for(database_url: str, **changes: Any) -> Settings:
    settings = load(environment(database_url))
    return replace(settings, **{"rate_limits": PLENTY, **changes})


@asynccontextmanager
async def shop(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """One API process, as far as its memory goes."""
    app = create_app(build_container(settings), http_config(settings, lambda _: None))
    async with app.lifespan():
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # Litestar names its scopes
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            yield client


def an_address() -> str:
    return f"{uuid4().hex[:12]}@example.com"


async def register(client: httpx.AsyncClient, email: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"email": email or an_address(), "password": PASSWORD, **more}
    reply = await client.post("/api/v1/auth/register", json=body)
    assert reply.status_code == 201, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def bearer(signed_in: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in['access_token']}"}
