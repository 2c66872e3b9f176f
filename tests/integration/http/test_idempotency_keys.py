"""One key, many calls, real transactions: one effect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from dishka import FromDishka
from litestar import Controller
from litestar.params import JSONBody

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.kernel import Conflict, Unavailable
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.routing import post

pytestmark = pytest.mark.anyio
effects: list[str] = []
failures: list[Exception] = []


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str


class WishController(Controller):
    path = "/wishes"

    @post(policy=PUBLIC, status=201, idempotent=True)
    async def wish(self, data: JSONBody[Wish], uow: FromDishka[UnitOfWork]) -> dict[str, int]:
        """Wish for something, in a transaction."""
        async with uow.begin():
            if data.name == "impossible":
                raise Conflict("not in stock")
            if not uow.resumed:
                effects.append(data.name)
            await asyncio.sleep(0.05)
        if failures:
            raise failures.pop()
        return {"wishes": len(effects)}


@pytest.fixture
async def client(database_url: str, valkey_server: EmbeddedValkey) -> AsyncIterator[httpx.AsyncClient]:
    effects.clear()
    async with open_shop(database_url, valkey_server.url) as opened:
        yield opened


@asynccontextmanager
async def open_shop(database_url: str, redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = load(
        {
            "ECOMMERCE_ENV": "test",
            "ECOMMERCE_BASE_URL": "http://testserver",
            "ECOMMERCE_SECRET_KEY": "s" * 32,
            "ECOMMERCE_DATABASE_URL": database_url,
            "ECOMMERCE_REDIS_URL": redis_url,
            "ECOMMERCE_STRIPE_API_KEY": "sk_test_1",
            "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
            "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
            "ECOMMERCE_MAIL_FROM": "shop@example.com",
        }
    )
    lines: list[bytes] = []
    app = create_app(build_container(settings), http_config(settings, lines.append), [WishController])
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar is one
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


async def wish(client: httpx.AsyncClient, key: str, name: str = "mug") -> Any:
    return await client.post("/api/v1/wishes", json={"name": name}, headers={"Idempotency-Key": key})


async def test_fifty_at_once_have_one_effect(client: httpx.AsyncClient) -> None:
    key = str(uuid4())

    answers = await asyncio.gather(*(wish(client, key) for _ in range(50)))

    assert effects == ["mug"]
    assert {answer.status_code for answer in answers} <= {201, 409}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.json()["code"] == "idempotency-key-in-use" for answer in refused)
    assert all(answer.headers["retry-after"] == "1" for answer in refused)
    later = await wish(client, key)
    assert (later.status_code, later.json()) == (201, {"wishes": 1})
    assert later.headers["idempotent-replayed"] == "true"


async def test_a_refusal_may_be_tried_again(client: httpx.AsyncClient) -> None:
    key = str(uuid4())

    refused = [(await wish(client, key, "impossible")).status_code for _ in range(2)]

    assert refused == [409, 409]
    assert (await wish(client, key)).status_code == 201


async def test_a_failure_after_the_commit_is_resumed(client: httpx.AsyncClient) -> None:
    key = str(uuid4())
    failures.append(Unavailable("the provider does not answer"))

    first, second = await wish(client, key), await wish(client, key)

    assert (first.status_code, second.status_code) == (503, 201)
    assert effects == ["mug"]
    assert second.json() == {"wishes": 1}


async def test_another_body_is_refused_in_every_state(client: httpx.AsyncClient) -> None:
    key = str(uuid4())
    await wish(client, key)

    answer = await wish(client, key, "cup")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
