"""A whole shop on real processes, and buyers for it."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from ecommerce.adapters.saq.queue import PatientQueue
from ecommerce.entrypoints.bootstrap.local_shop import control, kept
from tests.conftest import broken_invariants, differently_priced
from tests.e2e.stubborn import Stubborn

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}
API = "/api/v1"
# What we hold for each order, by our own books.
HELD = """
SELECT o.number, sum(p.captured - p.refunded) AS held FROM payment p JOIN sales_order o ON o.id = p.order_id
WHERE p.provider = 'stripe' GROUP BY o.number HAVING sum(p.captured - p.refunded) <> 0
"""


class Timeout(AssertionError):
    """What was waited for did not come."""


async def eventually(what: str, ask: Callable[[], Awaitable[Any]], seconds: float = 40.0) -> Any:
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
        return httpx.AsyncClient(base_url=self.facts["api"] + API, timeout=60, limits=limits)

    def stubborn(self) -> tuple[httpx.AsyncClient, Stubborn]:
        """The same, of somebody who asks again until there is an answer, and what they met on the way."""
        transport = Stubborn()
        base = self.facts["api"] + API
        return httpx.AsyncClient(base_url=base, timeout=30, transport=transport), transport

    def sandbox(self) -> httpx.AsyncClient:
        token = {"X-Sandbox-Token": self.facts["sandbox_token"]}
        return httpx.AsyncClient(base_url=self.facts["sandbox"], headers=token, timeout=30)

    async def faults(self, *faults: dict[str, Any]) -> None:
        async with self.sandbox() as sandbox:
            (await sandbox.post("/_control/faults", json=faults)).raise_for_status()

    async def heal(self) -> None:
        """End all faults of the outside world; what it held back is sent."""
        async with self.sandbox() as sandbox:
            (await sandbox.delete("/_control/faults")).raise_for_status()

    async def stripe(self, path: str) -> dict[str, Any]:
        """What Stripe's own API says of `path`, below /v1."""
        secret = {"Authorization": f"Bearer {self.facts['stripe_secret_key']}"}
        async with self.sandbox() as sandbox:
            reply = await sandbox.get(f"/v1{path}", headers=secret)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    async def intents(self, *numbers: str) -> Counter[str]:
        """How many intents Stripe has for each order, among its newest hundred."""
        every = (await self.stripe("/payment_intents?limit=100"))["data"]
        return Counter(
            number for each in every if (number := each["metadata"].get("order_number")) in numbers
        )

    async def ledger(self) -> Counter[str]:
        """What Stripe holds for each order, by its own books."""
        async with self.sandbox() as sandbox:
            rows = (await sandbox.get("/_control/stripe/ledger")).json()
        held: Counter[str] = Counter()
        for row in rows:
            held[row["metadata"]["order_number"]] += row["amount"] * (1 if row["kind"] == "charge" else -1)
        return Counter({number: amount for number, amount in held.items() if amount})

    async def event(self, order: dict[str, Any], kind: str) -> dict[str, Any]:
        """The event of this kind that Stripe has of the order's intent."""
        every = (await self.stripe(f"/events?limit=100&type={kind}"))["data"]
        intent = intent_of(order)
        found: dict[str, Any] = next(each for each in every if each["data"]["object"]["id"] == intent)
        return found

    async def deliver(self, client: httpx.AsyncClient, event: dict[str, Any]) -> httpx.Response:
        """Bring an event, signed as Stripe does."""
        body = json.dumps(event).encode()
        secret = kept.load(self.data_dir).environment["ECOMMERCE_STRIPE_WEBHOOK_SECRETS"]
        at = int(time.time())
        mark = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={at},v1={mark}", "Content-Type": "application/json"}
        return await client.post("/payments/stripe/webhook", content=body, headers=headers)

    async def run_job(self, name: str) -> None:
        """Have a worker do now what it does at set times."""
        queue = PatientQueue(self.facts["redis_url"], job_timeout=60)
        await queue.connect()
        try:
            await queue.enqueue(f"cron:{name}")
        finally:
            await queue.disconnect()

    async def expire_now(self, *orders: dict[str, Any]) -> None:
        """The time to pay them is over, and the job that ends such orders is on its way."""
        ids = [order["id"] for order in orders]
        for table, column in (("sales_order", "id"), ("stock_reservation", "order_id")):
            await self.sql(
                f"UPDATE {table} SET expires_at = now()"
                f" WHERE {column} = ANY($1::uuid[]) AND expires_at IS NOT NULL",
                ids,
            )
        await self.run_job("orders.expire_orders")

    async def facts_of(self, order: dict[str, Any]) -> Counter[str]:
        """How often each fact was filed of the order."""
        rows = await self.sql("SELECT kind FROM outbox WHERE aggregate_id = $1", UUID(order["id"]))
        return Counter(row["kind"] for row in rows)

    async def healthy(self) -> None:
        """Wait until every part is there and answers."""

        async def all_parts() -> bool:
            standing = await asyncio.to_thread(control.status, self.data_dir)
            return standing.healthy and len(standing.parts) + 1 == len(self.facts["pids"])

        await eventually("every part of the shop answers", all_parts)

    async def settles(self) -> None:
        """Wait until what was begun is done; then all that must be true is, here and in Stripe's books."""
        await self.heal()
        await self.healthy()

        async def wrong() -> list[Any]:
            waiting = await self.sql(
                "SELECT kind, attempts, last_error FROM outbox WHERE done_at IS NULL OR parked_at IS NOT NULL"
            )
            ours = Counter({row["number"]: int(row["held"]) for row in await self.sql(HELD)})
            theirs = await self.ledger()
            differing = [] if ours == theirs else [f"we hold {ours - theirs}, Stripe {theirs - ours}"]
            return [*waiting, *differing, *await broken_invariants(self.facts["database_url"])]

        deadline = time.monotonic() + 40
        while faults := await wrong():
            if time.monotonic() > deadline:
                raise Timeout(f"the shop does not settle: {faults}")
            await asyncio.sleep(0.2)
        assert await differently_priced(self.facts["database_url"]) == []

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

    async def available(self, sku: str) -> int:
        """How many can be sold."""
        count: int = await self.value(
            "SELECT sum(s.on_hand - s.reserved) FROM stock_level s JOIN variant v ON v.id = s.variant_id"
            " WHERE v.sku = $1",
            sku,
        )
        return count

    async def mails(self, address: str) -> list[dict[str, Any]]:
        async with self.sandbox() as sandbox:
            found: list[dict[str, Any]] = (
                await sandbox.get("/_mail/messages", params={"to": address})
            ).json()
        return found

    async def wait_for_mails(self, address: str, count: int) -> list[dict[str, Any]]:
        """Exactly so many, and no more while everything else comes to rest.

        A worker that is killed between the mail server's yes and its own record of it sends a mail again,
        with the same Message-ID: receivers fold those into one, and so does this.
        """

        async def there() -> bool:
            return len(await self._different_mails(address)) >= count

        await eventually(f"{count} mails to {address}", there)
        await self.settles()
        mails = await self._different_mails(address)
        assert len(mails) == count, [mail["subject"] for mail in mails]
        return mails

    async def _different_mails(self, address: str) -> list[dict[str, Any]]:
        return list({mail["message_id"]: mail for mail in await self.mails(address)}.values())


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

    async def open_intent(self, order: dict[str, Any]) -> httpx.Response:
        return await self.client.post(
            "/payments/intents",
            json={"order_number": order["number"]},
            headers={"X-Order-Token": order["order_token"]},
        )

    async def sync(self, order: dict[str, Any]) -> httpx.Response:
        """What the return page does."""
        path = f"/payments/{order['payment']['id']}/sync"
        return await self.client.post(path, headers={"X-Order-Token": order["order_token"]})

    async def payment(self, order: dict[str, Any]) -> dict[str, Any]:
        path = f"/payments/{order['payment']['id']}"
        reply = await self.client.get(path, headers={"X-Order-Token": order["order_token"]})
        assert reply.status_code == 200, reply.text
        shown: dict[str, Any] = reply.json()
        return shown

    async def cancel(self, order: dict[str, Any]) -> httpx.Response:
        path = f"/orders/{order['number']}/cancel"
        return await self.client.post(path, headers={"X-Order-Token": order["order_token"]})

    async def wait_for(self, order: dict[str, Any], payment_status: str) -> dict[str, Any]:
        async def there() -> dict[str, Any] | None:
            shown = await self.show(order)
            return shown if shown["payment_status"] == payment_status else None

        found: dict[str, Any] = await eventually(f"{order['number']} is {payment_status}", there)
        return found


def intent_of(order: dict[str, Any]) -> str:
    secret: str = order["payment"]["client_secret"]
    return secret.partition("_secret")[0]


async def confirm(shop: Shop, order: dict[str, Any], method: str = "pm_card_visa") -> httpx.Response:
    """Confirm the order's intent with the publishable key, as Stripe.js does in the buyer's browser."""
    payment = order["payment"]
    async with httpx.AsyncClient(base_url=shop.facts["sandbox"], timeout=30) as browser:
        return await browser.post(
            f"/v1/payment_intents/{intent_of(order)}/confirm",
            data={"client_secret": payment["client_secret"], "payment_method": method},
            headers={"Authorization": f"Bearer {payment['publishable_key']}"},
        )
