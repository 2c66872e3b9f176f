"""A whole shop on real processes, and buyers for it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}
API = "/api/v1"


class Timeout(AssertionError):
    """What was waited for did not come."""


async def eventually(what: str, ask: Callable[[], Awaitable[Any]], seconds: float = 20.0) -> Any:
    """Ask until the answer is true; returns it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Timeout(f"not within {seconds} s: {what}")
        await asyncio.sleep(0.05)


@dataclass
class Shop:
    """What `ecommerce up` opened; `environment` is what its commands need."""

    data_dir: Path
    environment: dict[str, str]
    extra: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def open(cls, data_dir: Path, environment: dict[str, str], *arguments: str) -> "Shop":
        shop = cls(data_dir, {**os.environ, **environment, "ECOMMERCE_DATA_DIR": str(data_dir)})
        shop.up(*arguments)
        return shop

    def up(self, *arguments: str) -> None:
        done = self.command("up", "--detach", *arguments)
        if done.returncode:
            raise RuntimeError(f"the shop did not open:\n{done.stdout}\n{done.stderr}")

    def close(self) -> None:
        for process in self.extra:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        done = self.command("down")
        if done.returncode:
            raise RuntimeError(f"the shop did not close:\n{done.stdout}\n{done.stderr}")

    def command(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run `ecommerce ...` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "ecommerce", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run one more part beside those of `up`."""
        kept = json.loads((self.data_dir / "up.json").read_text())
        log = (self.data_dir / f"extra-{len(self.extra)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "ecommerce", *arguments],
            env={**self.environment, "ECOMMERCE_DATABASE_URL": kept["database_url"]},
            stdout=log,
            stderr=log,
        )
        log.close()
        self.extra.append(process)
        return process

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.data_dir / "up.json").read_text())
        return facts

    def client(self) -> httpx.AsyncClient:
        """For the API's paths below /api/v1, with room for 50 at once."""
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        return httpx.AsyncClient(base_url=self.facts["api"] + API, timeout=30, limits=limits)

    def sandbox(self) -> httpx.AsyncClient:
        token = {"X-Sandbox-Token": self.facts["sandbox_token"]}
        return httpx.AsyncClient(base_url=self.facts["sandbox"], headers=token, timeout=30)

    async def sql(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.facts["database_url"])
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: object) -> Any:
        return (await self.sql(query, *arguments))[0][0]

    async def skus(self, count: int) -> list[str]:
        """Variants that are for sale and plenty, of different products."""
        rows = await self.sql(
            "SELECT min(v.sku) AS sku FROM variant v JOIN product p ON p.id = v.product_id"
            " JOIN stock_level s ON s.variant_id = v.id"
            " WHERE p.status = 'active' AND v.active AND s.on_hand - s.reserved > 500 AND NOT v.backorderable"
            " GROUP BY p.id ORDER BY p.id LIMIT $1",
            count,
        )
        return [row["sku"] for row in rows]

    async def set_stock(self, sku: str, count: int) -> None:
        done = await asyncio.to_thread(
            self.command, "stock", "adjust", sku, "--to", str(count), "--reason", "test"
        )
        assert done.returncode == 0, done.stderr

    async def mails(self, address: str) -> list[dict[str, Any]]:
        async with self.sandbox() as sandbox:
            found = (await sandbox.get("/_mail/messages")).json()
        return [mail for mail in found if address in str(mail["to"])]


async def staff(shop: Shop, client: httpx.AsyncClient) -> dict[str, str]:
    """The headers of the demo shop's admin, signed in."""
    reply = await client.post("/auth/login", json=shop.facts["admin"])
    assert reply.status_code == 200, reply.text
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


@dataclass
class Buyer:
    """A guest with a cart. Every step asserts that it worked, unless it says otherwise."""

    client: httpx.AsyncClient
    email: str = field(default_factory=lambda: f"buyer-{uuid4().hex[:12]}@example.com")
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Cart-Token": self.token} if self.token else {}

    async def add(self, sku: str, quantity: int = 1) -> dict[str, Any]:
        reply = await self.client.post(
            "/cart/items", json={"sku": sku, "quantity": quantity}, headers=self.headers
        )
        assert reply.status_code == 201, reply.text
        cart: dict[str, Any] = reply.json()
        self.token = cart.get("token") or self.token
        return cart

    async def place(self, key: str | None = None, method: str = "stripe") -> httpx.Response:
        """The bare answer: some are refused on purpose."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        body = {
            "email": self.email,
            "shipping_address": ADDRESS,
            "shipping_option_id": "standard",
            "payment_method": method,
        }
        return await self.client.post("/orders", json=body, headers=headers)

    async def order(self, skus: Sequence[str], method: str = "stripe") -> dict[str, Any]:
        for sku in skus:
            await self.add(sku)
        reply = await self.place(method=method)
        assert reply.status_code == 201, reply.text
        placed: dict[str, Any] = reply.json()
        return placed

    async def show(self, order: dict[str, Any]) -> dict[str, Any]:
        reply = await self.client.get(
            f"/orders/{order['number']}", headers={"X-Order-Token": order["order_token"]}
        )
        assert reply.status_code == 200, reply.text
        shown: dict[str, Any] = reply.json()
        return shown

    async def wait_for(self, order: dict[str, Any], payment_status: str) -> dict[str, Any]:
        async def there() -> dict[str, Any] | None:
            shown = await self.show(order)
            return shown if shown["payment_status"] == payment_status else None

        found: dict[str, Any] = await eventually(f"{order['number']} is {payment_status}", there)
        return found


async def confirm(shop: Shop, order: dict[str, Any], method: str = "pm_card_visa") -> httpx.Response:
    """Confirm the order's intent with the publishable key, as Stripe.js does in the buyer's browser."""
    payment = order["payment"]
    intent = payment["client_secret"].partition("_secret")[0]
    async with httpx.AsyncClient(base_url=shop.facts["sandbox"], timeout=30) as browser:
        return await browser.post(
            f"/v1/payment_intents/{intent}/confirm",
            data={"client_secret": payment["client_secret"], "payment_method": method},
            headers={"Authorization": f"Bearer {payment['publishable_key']}"},
        )
