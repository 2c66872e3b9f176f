"""What buyers, banks and the provider's dashboard do, at either gateway."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import httpx

from ecommerce.adapters.memory.payments import MemoryGateway
from ecommerce.adapters.sandbox.server import SandboxSettings, serve_sandbox
from ecommerce.adapters.stripe.client import StripeConnection
from ecommerce.adapters.stripe.gateway import StripeGateway
from ecommerce.application.payments.ports import PaymentGateway
from ecommerce.application.payments.provider import IntentRequest
from ecommerce.domain.shared.money import Money
from tests.conftest import free_port

SECRET_KEY = "sk_test_contract0123456789"
PRICE = Money(1_999, "USD")


def wanted(money: Money = PRICE, payment_id: UUID | None = None, attempt: int = 1) -> IntentRequest:
    return IntentRequest(
        payment_id=payment_id or uuid4(),
        order_id=uuid4(),
        order_number="ORD-0123456789",
        money=money,
        attempt=attempt,
    )


class World(Protocol):
    @property
    def gateway(self) -> PaymentGateway: ...

    async def pay(self, ref: str) -> None: ...

    async def decline(self, ref: str) -> None: ...

    async def refund_by_hand(self, ref: str, money: Money) -> None: ...

    async def go_down(self) -> None: ...

    async def lose_next_reply(self, call: str) -> None:
        """The work of the next such call (`payment_intents`, `refunds`) is done, its answer never comes."""
        ...

    async def heal(self) -> None: ...

    async def intents(self) -> int:
        """How many there are."""
        ...


@dataclass
class MemoryWorld:
    gateway: MemoryGateway

    async def pay(self, ref: str) -> None:
        self.gateway.pay(ref)

    async def decline(self, ref: str) -> None:
        self.gateway.decline(ref, "generic_decline")

    async def refund_by_hand(self, ref: str, money: Money) -> None:
        self.gateway.refund_by_hand(ref, money)

    async def go_down(self) -> None:
        self.gateway.faults.down = True

    async def lose_next_reply(self, call: str) -> None:
        self.gateway.faults.lose_replies = 1

    async def heal(self) -> None:
        self.gateway.faults.down = False
        self.gateway.faults.lose_replies = 0

    async def intents(self) -> int:
        return len(self.gateway.intents)


@dataclass
class SandboxWorld:
    gateway: PaymentGateway
    http: httpx.AsyncClient

    async def _post(self, path: str, *statuses: int, **form: str) -> None:
        response = await self.http.post(path, data=form)
        assert response.status_code in (statuses or (200,)), response.text

    async def pay(self, ref: str) -> None:
        await self._post(f"/v1/payment_intents/{ref}/confirm", payment_method="pm_card_visa")

    async def decline(self, ref: str) -> None:
        path = f"/v1/payment_intents/{ref}/confirm"
        await self._post(path, 402, payment_method="pm_card_visa_chargeDeclined")

    async def refund_by_hand(self, ref: str, money: Money) -> None:
        await self._post("/v1/refunds", payment_intent=ref, amount=str(money.amount))

    async def fault(self, do: str, path: str, **rest: Any) -> None:
        fault = {"match": {"path": path, "method": "POST"}, "do": do, **rest}
        response = await self.http.post("/_control/faults", json=[fault])
        assert response.status_code == 200, response.text

    async def go_down(self) -> None:
        for method in ("GET", "POST"):
            fault = {"match": {"path": "/v1/", "method": method}, "do": "status", "value": 500}
            await self.http.post("/_control/faults", json=[fault])

    async def lose_next_reply(self, call: str) -> None:
        # The SDK repeats by itself: all its attempts must be lost.
        await self.fault("drop_reply", f"/v1/{call}", times=3)

    async def heal(self) -> None:
        await self.http.delete("/_control/faults")

    async def intents(self) -> int:
        return len((await self.http.get("/v1/payment_intents")).json()["data"])


@asynccontextmanager
async def open_sandbox(folder: Path) -> AsyncIterator[SandboxWorld]:
    """Stripe's adapter speaking to a sandbox of its own."""
    settings = SandboxSettings(
        port=free_port(),
        smtp_port=free_port(),
        data_dir=folder,
        token=secrets.token_hex(8),
        stripe_secret_key=SECRET_KEY,
        stripe_publishable_key="pk_test_contract",
        webhook_secret="whsec_contract",
    )
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_sandbox(settings, ready=ready, stop=stop))
    await asyncio.wait_for(ready.wait(), 10)
    base = f"http://127.0.0.1:{settings.port}"
    connection = StripeConnection(SECRET_KEY, base, timeout=3.0)
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "X-Sandbox-Token": settings.token}
    try:
        async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as http:
            yield SandboxWorld(StripeGateway(connection), http)
    finally:
        await connection.close()
        stop.set()
        await serving
