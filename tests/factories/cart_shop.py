"""The whole API over a database of the test's own: guests with carts, customers, staff."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.pricing.coupon_hashes import code_hash
from ecommerce.domain.pricing.coupon_code import canonical
from tests.factories.counted_shop import CountedShop, counted_shop
from tests.factories.customers import SECRET
from tests.factories.promotions import PromotionFactory
from tests.factories.shop import ShopFactory

PASSWORD = "correct horse battery"
PLENTY = {f"RATE_LIMIT_{name}": "1000000" for name in ("AUTH", "AUTH_ADDRESS", "CHECKOUT", "DEFAULT")}
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}


@dataclass
class Guest:
    """Every call answers the whole reply; `token` is the cart's, once there is one."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        body = {} if json is None else {"json": json}
        reply = await self.client.request(method, path, headers=sent, **body)
        if "X-Cart-Token" in reply.headers:
            self.headers["X-Cart-Token"] = reply.headers["X-Cart-Token"]
        return reply

    async def add(self, sku: str, quantity: int = 1, query: str = "") -> dict[str, Any]:
        reply = await self.ask("POST", f"/cart/items{query}", {"sku": sku, "quantity": quantity})
        assert reply.status_code == 201, reply.text
        cart: dict[str, Any] = reply.json()
        return cart

    async def cart(self) -> dict[str, Any]:
        reply = await self.ask("GET", "/cart")
        assert reply.status_code == 200, reply.text
        cart: dict[str, Any] = reply.json()
        return cart


@dataclass
class CartShop:
    counted: CountedShop
    products: ShopFactory
    promotions: PromotionFactory

    @property
    def client(self) -> httpx.AsyncClient:
        return self.counted.client

    def guest(self) -> Guest:
        return Guest(self.client)

    async def person(self, *roles: str, guest: Guest | None = None) -> Guest:
        """Somebody who has signed in, with the cart they had as a guest."""
        email = f"{uuid4().hex[:12]}@example.com"
        credentials = {"email": email, "password": PASSWORD}
        registered = await self.client.post("/auth/register", json=credentials)
        assert registered.status_code == 201, registered.text
        await self.products.run("UPDATE account SET roles = $2 WHERE email_key = $1", email, list(roles))
        held = {} if guest is None else guest.headers
        reply = await self.client.post("/auth/login", json=credentials, headers=held)
        assert reply.status_code == 200, reply.text
        signed_in = reply.json()
        person = Guest(self.client, {"Authorization": f"Bearer {signed_in['access_token']}"})
        person.headers["X-Account"] = signed_in["user"]["id"]
        return person

    async def code(self, code: str, *, max_uses: int | None = None, **promotion: Any) -> UUID:
        """A code that takes ten per cent off, unless `promotion` says otherwise; the promotion's id."""
        rule = {"name": code.title(), "by_code": True, "enabled": True, **promotion}
        promotion_id = await self.promotions.promotion(**rule)
        code_id = await self.promotions.code(promotion_id, max_uses=max_uses)
        hashed = code_hash(SecretTokens(SECRET), canonical(code))
        await self.promotions.run("UPDATE coupon_code SET code_hash = $2 WHERE id = $1", code_id, hashed)
        return promotion_id


@asynccontextmanager
async def cart_shop(url: str, **more: str) -> AsyncIterator[CartShop]:
    """Sells in USD, EUR and JPY; eight per cent tax on top, shipping for 5.00."""
    settings = {"STORE_CURRENCIES": "USD,EUR,JPY", **PLENTY, **more}
    async with counted_shop(url, **settings) as counted:
        factory = await ShopFactory(url).open()
        yield CartShop(counted, factory, PromotionFactory(url))
