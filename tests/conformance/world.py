"""A seeded shop in this process with somebody of every kind in it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pyotp
import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.seed.people import DemoAccount
from ecommerce.application.identity.one_time_ports import OneTimeTokens
from ecommerce.application.identity.ports import PasswordHasher
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.one_time_token import LIFETIMES, OneTimeToken, Purpose
from ecommerce.domain.shared.ids import UserId
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.seeding import seed_shop
from tests.conftest import PostgresServer, broken_invariants
from tests.factories.counted_shop import CountedShop, counted_shop
from tests.factories.till import settings

ORIGIN = "http://shop.test"
ADMIN, CUSTOMER, PASSWORD = "admin@example.com", "customer@example.com", "correct horse battery"
PRODUCTS = 60
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}
_POLICIES = "AUTH AUTH_ADDRESS CHECKOUT SEARCH FRESH WEBHOOK DEFAULT".split()
_LIMITS = {f"RATE_LIMIT_{policy}": "1000000" for policy in _POLICIES}


@contextmanager
def demo_shop(server: PostgresServer, folder: Path) -> Iterator[str]:
    """The URL of a database with the demo shop in it; at the end every invariant holds.

    To be used outside a running loop.
    """
    name = f"conformance_{secrets.token_hex(6)}"
    asyncio.run(server.create(name))
    url = server.database_url(name)
    asyncio.run(_seed(url, folder))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ECOMMERCE_DATA_DIR", str(folder))
        yield url
    broken = asyncio.run(broken_invariants(url))
    asyncio.run(server.run(f"DROP DATABASE {name} WITH (FORCE)"))
    assert not broken, broken


async def _seed(url: str, folder: Path) -> None:
    container = build_container(settings(url))
    hashed = await (await container.get(PasswordHasher)).hash(PASSWORD)
    await container.close()
    people = [DemoAccount(ADMIN, ADMIN, hashed, ("admin",)), DemoAccount(CUSTOMER, CUSTOMER, hashed)]
    database = Database(url, Bounds(statement_timeout=60, command_timeout=60))
    await database.open()
    try:
        await seed_shop(database, products=PRODUCTS, media=folder / "media", accounts=people)
    finally:
        await database.close()


@dataclass
class World:
    """`customer` and `other` are different people; what the first of them has is there to be read."""

    shop: CountedShop
    admin: dict[str, str] = field(default_factory=dict)
    customer: dict[str, str] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)
    product: dict[str, Any] = field(default_factory=dict)
    category: str = ""

    @property
    def client(self) -> httpx.AsyncClient:
        return self.shop.client

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """Something on the way to what a test is about: it must work. Below /api/v1."""
        reply = await self.client.request(method, path, **options)
        assert reply.status_code < 300, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    async def sign_in(self, email: str) -> dict[str, Any]:
        signed_in: dict[str, Any] = await self.call(
            "POST", "/auth/login", json={"email": email, "password": PASSWORD}
        )
        return signed_in

    async def newcomer(self) -> dict[str, Any]:
        """Somebody who has just registered."""
        body = {"email": f"new-{uuid4().hex[:12]}@example.com", "password": PASSWORD}
        signed_in: dict[str, Any] = await self.call("POST", "/auth/register", json=body)
        return signed_in

    async def with_mfa(self) -> tuple[dict[str, Any], list[str]]:
        """Somebody new with a second factor, and their recovery codes."""
        signed_in = await self.newcomer()
        headers = bearer(signed_in)
        enrolment = await self.call("POST", "/auth/mfa/totp", headers=headers)
        body = {"code": pyotp.TOTP(enrolment["secret"]).now()}
        told = await self.call("POST", "/auth/mfa/totp/confirm", json=body, headers=headers)
        return signed_in, told["recovery_codes"]

    async def one_time_token(self, purpose: Purpose) -> str:
        """As it stands in the link that somebody new gets by mail."""
        somebody = await self.newcomer()
        token = OneTimeToken(id=uuid4(), account_id=UserId(UUID(somebody["user"]["id"])), purpose=purpose)
        secret = secrets.token_urlsafe(32)
        async with self.shop.container({Call: Call()}) as scope:
            uow, tokens = await scope.get(UnitOfWork), await scope.get(OneTimeTokens)
            async with uow.begin():
                await tokens.issue(token, token_hash(secret), LIFETIMES[purpose])
        return secret

    async def cart(self, holder: dict[str, str] | None = None) -> tuple[dict[str, Any], dict[str, str]]:
        """A cart with two mugs in it, and the headers that hold it."""
        body = {"sku": self.product["sku"], "quantity": 2}
        cart = await self.call("POST", "/cart/items", json=body, headers=holder or {})
        return cart, holder or {"X-Cart-Token": cart["token"]}

    async def order(
        self, method: str = "manual", holder: dict[str, str] | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """An order just placed, and the headers that hold it."""
        _, held = await self.cart(holder)
        order = await self.call(
            "POST", "/orders", json=order_body(method, guest=holder is None), headers=held
        )
        return order, holder or {"X-Order-Token": order["order_token"]}

    async def address(self, holder: dict[str, str]) -> dict[str, Any]:
        added: dict[str, Any] = await self.call("POST", "/users/me/addresses", json=ADDRESS, headers=holder)
        return added

    async def no_addresses(self, holder: dict[str, str]) -> None:
        listed = await self.call("GET", "/users/me/addresses?page_size=100", headers=holder)
        for each in listed["results"]:
            await self.call("DELETE", f"/users/me/addresses/{each['id']}", headers=holder)


def order_body(method: str = "manual", *, guest: bool = True) -> dict[str, Any]:
    body = {"shipping_address": ADDRESS, "shipping_option_id": "standard", "payment_method": method}
    return {**body, "email": f"buyer-{uuid4().hex[:8]}@example.com"} if guest else body


def bearer(signed_in: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in['access_token']}"}


@asynccontextmanager
async def open_world(url: str, **settings: str) -> AsyncIterator[World]:
    more = {
        **settings,
        **_LIMITS,
        "STORE_MAX_UNPAID_ORDERS": "1000000",
        "STORE_CURRENCIES": "USD,EUR,GBP,JPY",
    }
    async with counted_shop(url, **more) as shop:
        world = World(shop)
        await _people_it(world)
        yield world


async def _people_it(world: World) -> None:
    world.admin = bearer(await world.sign_in(ADMIN))
    world.customer = bearer(await world.sign_in(CUSTOMER))
    newcomer = {"email": f"other-{uuid4().hex[:8]}@example.com", "password": PASSWORD}
    world.other = bearer(await world.call("POST", "/auth/register", json=newcomer))
    listed = await world.call("GET", "/products?in_stock=true&expand=variants&page_size=50")
    plenty = [
        (product, variant)
        for product in listed["results"]
        for variant in product["variants"]
        if product["image"] and (variant["available"] or 0) > 5_000
    ]
    product, variant = plenty[0]
    world.product = {
        "slug": product["slug"],
        "sku": variant["sku"],
        "variant_id": variant["id"],
        "image": product["image"]["url"].rpartition("/")[2],
    }
    world.category = product["category"]["slug"]
    for _ in range(3):
        await world.order("manual", world.customer)
        await world.address(world.customer)
